package org.datacapsule.router.audit;

import org.datacapsule.common.error.Problem;
import org.datacapsule.router.database.Database;
import org.datacapsule.router.http.Call;
import org.datacapsule.router.http.RefusalLog;

/** Writes down each command that was refused, in a transaction of its own: the command's was rolled back. */
public final class AuditedRefusals implements RefusalLog {
    private static final int FAULTS_OF_OURS = 500;

    private final Database database;
    private final AuditLog audit;

    public AuditedRefusals(Database database, AuditLog audit) {
        this.database = database;
        this.audit = audit;
    }

    @Override
    public void refused(Call call, Problem problem) throws InterruptedException {
        if (problem.code().httpStatus() >= FAULTS_OF_OURS) {
            return;
        }
        database.transaction(tx -> {
            audit.refused(tx, call, problem.code().slug());
            return true;
        });
    }
}
