package org.datacapsule.router.dispatch;

import org.datacapsule.common.wire.ProgressReport;
import org.datacapsule.router.database.Database;
import org.datacapsule.router.operation.OperationStore;

/** Writes down how far an operation has come; a report that is late or lost does no harm. */
public final class ProgressRecorder {
    private final Database database;
    private final OperationStore operations;

    public ProgressRecorder(Database database, OperationStore operations) {
        this.database = database;
        this.operations = operations;
    }

    public void record(ProgressReport report) throws InterruptedException {
        database.transaction(tx -> {
            operations.progress(tx, report.operation(), report.attempt(), report.step(), report.percent());
            return true;
        });
    }
}
