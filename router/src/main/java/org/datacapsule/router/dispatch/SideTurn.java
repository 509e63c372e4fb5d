package org.datacapsule.router.dispatch;

import java.time.Duration;
import java.util.Optional;
import org.datacapsule.common.error.ErrorCode;
import org.datacapsule.router.audit.AuditLog;
import org.datacapsule.router.database.Database;
import org.datacapsule.router.event.EventLog;
import org.datacapsule.router.operation.Operation;
import org.datacapsule.router.operation.SideOperationStore;

/**
 * When an operation beside a capsule's life can be sent: while the capsule runs, wherever that is by now and whatever was
 * done to it since the operation began. Is asked anew before each sending.
 */
public final class SideTurn {
    private static final Duration SOON = Duration.ofMillis(500);
    private static final Duration LATEST = Duration.ofMinutes(1);

    private final Database database;
    private final SideOperationStore operations;
    private final AuditLog audit;
    private final EventLog events;

    public SideTurn(Database database, SideOperationStore operations, AuditLog audit, EventLog events) {
        this.database = database;
        this.operations = operations;
        this.audit = audit;
        this.events = events;
    }

    /** The operation as it is to be sent; empty when it waits for the capsule to run, or there is no guest any more. */
    Optional<Operation> take(Operation operation) throws InterruptedException {
        return database.transaction(tx -> {
            Optional<Operation> bound = operations.bindToRunning(tx, operation.id());
            if (bound.isEmpty()) {
                if (operations.hasGuest(tx, operation.capsule())) {
                    operations.askAgain(tx, operation.id(), operation.attempt(), SOON, LATEST);
                } else if (operations.cancel(
                        tx, operation.id(), "The guest does not run any more; its next launch brings the keys.")) {
                    audit.ended(tx, operation.id(), "CANCELLED", Optional.of(ErrorCode.OPERATION_CANCELLED.slug()));
                    events.cancelled(tx, operation.capsule(), operation.id());
                }
            }
            return bound;
        });
    }

    void askAgain(Operation operation) throws InterruptedException {
        database.transaction(tx -> {
            operations.askAgain(tx, operation.id(), operation.attempt(), SOON, LATEST);
            return true;
        });
    }
}
