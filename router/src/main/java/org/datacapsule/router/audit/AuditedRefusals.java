package org.datacapsule.router.audit;

import org.datacapsule.common.error.Problem;
import org.datacapsule.router.database.Database;
import org.datacapsule.router.http.Call;
import org.datacapsule.router.http.RefusalLog;
import org.datacapsule.router.http.Unknown;

/**
 * Writes down each command of a known caller that was refused, in a transaction of its own: the command's was rolled back.
 * Those of strangers are counted.
 */
public final class AuditedRefusals implements RefusalLog {
    private static final int FAULTS_OF_OURS = 500;

    private final Database database;
    private final AuditLog audit;
    private final Strangers strangers;

    public AuditedRefusals(Database database, AuditLog audit, Strangers strangers) {
        this.database = database;
        this.audit = audit;
        this.strangers = strangers;
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

    @Override
    public void refusedUnknown(Unknown request, Problem problem) {
        if (problem.code().httpStatus() < FAULTS_OF_OURS) {
            strangers.refused(request, problem.code());
        }
    }
}
