package org.datacapsule.router.dispatch;

import java.time.Duration;
import java.util.Optional;
import org.datacapsule.common.capsule.CapsuleEvent;
import org.datacapsule.common.capsule.CapsuleLife;
import org.datacapsule.common.capsule.CapsuleState;
import org.datacapsule.common.capsule.CapsuleStatus;
import org.datacapsule.common.capsule.OperationKind;
import org.datacapsule.common.capsule.Transition.Ignored;
import org.datacapsule.common.capsule.Transition.Moved;
import org.datacapsule.common.capsule.Transition.Refused;
import org.datacapsule.common.error.ErrorCode;
import org.datacapsule.common.error.Problem;
import org.datacapsule.common.id.CapsuleId;
import org.datacapsule.common.id.OperationId;
import org.datacapsule.common.wire.MadeImage;
import org.datacapsule.common.wire.Outcome;
import org.datacapsule.common.wire.OutcomeReport;
import org.datacapsule.router.audit.AuditLog;
import org.datacapsule.router.capsule.Capsule;
import org.datacapsule.router.capsule.CapsuleStore;
import org.datacapsule.router.database.Database;
import org.datacapsule.router.database.Tx;
import org.datacapsule.router.drift.DriftKind;
import org.datacapsule.router.drift.DriftLog;
import org.datacapsule.router.event.EventLog;
import org.datacapsule.router.fault.RouterStep;
import org.datacapsule.router.fault.StepListener;
import org.datacapsule.router.host.HostStore;
import org.datacapsule.router.host.PortPair;
import org.datacapsule.router.host.PortStore;
import org.datacapsule.router.image.ImageStore;
import org.datacapsule.router.migration.AdvanceMigration;
import org.datacapsule.router.operation.Operation;
import org.datacapsule.router.operation.OperationConfig;
import org.datacapsule.router.operation.OperationStore;
import org.datacapsule.router.receipt.RecordReceipt;
import org.datacapsule.router.sharing.StartKeySync;
import org.datacapsule.router.snapshot.SnapshotStore;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Writes down how an operation ended, once, whoever reports it and however often. */
public final class OutcomeRecorder {
    private static final Logger LOG = LoggerFactory.getLogger(OutcomeRecorder.class);
    private static final Duration FIRST_RETRY = Duration.ofSeconds(1);
    private static final int MOST_DOUBLINGS = 5;
    /** Of ports that somebody else uses. */
    private static final Duration REST = Duration.ofDays(1);

    private final Database database;
    private final CapsuleStore capsules;
    private final OperationStore operations;
    private final PortStore ports;
    private final HostStore hosts;
    private final ImageStore images;
    private final StartKeySync keys;
    private final RecordReceipt receipts;
    private final AdvanceMigration migrations;
    private final DriftLog drift;
    private final AuditLog audit;
    private final EventLog events;
    private final OperationConfig config;
    private final StepListener steps;
    private final SnapshotStore snapshots = new SnapshotStore();

    public OutcomeRecorder(
            Database database,
            CapsuleStore capsules,
            OperationStore operations,
            PortStore ports,
            HostStore hosts,
            ImageStore images,
            StartKeySync keys,
            RecordReceipt receipts,
            AdvanceMigration migrations,
            DriftLog drift,
            AuditLog audit,
            EventLog events,
            OperationConfig config,
            StepListener steps) {
        this.database = database;
        this.capsules = capsules;
        this.operations = operations;
        this.ports = ports;
        this.hosts = hosts;
        this.images = images;
        this.keys = keys;
        this.receipts = receipts;
        this.migrations = migrations;
        this.drift = drift;
        this.audit = audit;
        this.events = events;
        this.config = config;
        this.steps = steps;
    }

    /** A report of an operation that ended before, or of an older attempt, changes nothing; nor does one of a host that is fenced. */
    public void record(OutcomeReport report) throws InterruptedException {
        record(report, false);
    }

    /** The router itself gives an operation up, whatever its host would say. */
    void giveUp(OutcomeReport report) throws InterruptedException {
        record(report, true);
    }

    private void record(OutcomeReport report, boolean byRouter) throws InterruptedException {
        database.transaction(tx -> {
            Optional<CapsuleId> owner = operations.capsuleOf(tx, report.operation());
            if (owner.isEmpty()) {
                return false;
            }
            Optional<Capsule> capsule = capsules.lock(tx, owner.get());
            Optional<Operation> operation = operations.lock(tx, report.operation());
            if (operation.isEmpty()) {
                return false;
            }
            if (capsule.isEmpty() || !isCurrent(operation.get(), report)) {
                takeLate(tx, operation.get(), report);
                return false;
            }
            if (!byRouter && hosts.isFenced(tx, report.host())) {
                // The agent says it again, and is heard once its host has been readmitted.
                throw new IllegalStateException("host " + report.host() + " is fenced, and nothing is taken from it");
            }
            switch (report.outcome()) {
                case Outcome.Succeeded succeeded -> succeeded(tx, capsule.get(), operation.get(), succeeded);
                case Outcome.Failed failed -> failed(tx, capsule.get(), operation.get(), failed);
            }
            steps.reached(operation.get().kind(), RouterStep.OUTCOME_UNCOMMITTED);
            tx.afterCommit(() -> steps.reached(operation.get().kind(), RouterStep.OUTCOME_COMMITTED));
            return true;
        });
    }

    private static boolean isCurrent(Operation operation, OutcomeReport report) {
        return operation.state().isAtWork()
                && operation.attempt() == report.attempt()
                && operation.host().equals(report.host());
    }

    private void succeeded(Tx tx, Capsule capsule, Operation operation, Outcome.Succeeded outcome)
            throws InterruptedException {
        if (operation.kind().isSide()) {
            succeed(tx, operation, capsule.status());
            return;
        }
        if (operation.kind() == OperationKind.MIGRATE) {
            Optional<Problem> noReceipt = migrations.owesReceipt(tx, operation)
                    ? receipts.recordArrival(tx, operation, outcome.receipt())
                    : Optional.empty();
            migrated(tx, capsule, operation, migrations.succeeded(tx, capsule, operation, outcome, noReceipt));
            return;
        }
        Optional<Problem> noReceipt = receipts.record(tx, operation, outcome.receipt());
        if (noReceipt.isPresent()) {
            failed(tx, capsule, operation, new Outcome.Failed(noReceipt.get(), false));
            return;
        }
        if (operation.kind() == OperationKind.SHARE_IMAGE && images.isMadeBy(tx, operation.id())) {
            if (outcome.image().isEmpty()) {
                failed(tx, capsule, operation, new Outcome.Failed(noImage(operation), false));
                return;
            }
            take(tx, operation.id(), outcome.image().get());
        }
        if (operation.kind() == OperationKind.TAKE_SNAPSHOT) {
            if (outcome.snapshot().isEmpty()) {
                failed(tx, capsule, operation, new Outcome.Failed(noSnapshot(operation), false));
                return;
            }
            snapshots.taken(tx, operation.id(), outcome.snapshot().get());
        }
        if (operation.kind() == OperationKind.DELETE_SNAPSHOT) {
            snapshots.deleted(tx, operation.id());
        }
        CapsuleEvent event = new CapsuleEvent.Succeeded(operation.kind(), outcome.found());
        switch (CapsuleLife.next(capsule.status(), event)) {
            case Moved moved -> {
                move(tx, capsule, moved.to());
                succeed(tx, operation, moved.to());
                if (operation.kind() == OperationKind.SWITCH_TO_MAINTENANCE
                        || operation.kind() == OperationKind.RECOVER) {
                    pushKeys(tx, operation, moved.to());
                }
                log(operation, capsule.status(), moved.to());
            }
            case Ignored ignored -> end(tx, operation, nothingFound(operation), capsule.status());
            case Refused refused -> throw new IllegalStateException("an outcome is never refused");
        }
    }

    private void take(Tx tx, OperationId operation, MadeImage made) throws InterruptedException {
        images.holdContent(tx, made.image());
        images.shared(tx, operation, made, config.shareDeadline());
    }

    /** What was made for an image that is in ERROR by now is known, so that it goes with that from the host. */
    private void takeLate(Tx tx, Operation operation, OutcomeReport report) throws InterruptedException {
        if (operation.kind() == OperationKind.SHARE_IMAGE
                && !operation.state().isAtWork()
                && report.outcome() instanceof Outcome.Succeeded succeeded
                && succeeded.image().isPresent()) {
            take(tx, operation.id(), succeeded.image().get());
        }
    }

    private void failed(Tx tx, Capsule capsule, Operation operation, Outcome.Failed outcome)
            throws InterruptedException {
        // What harms no capsule is tried until its deadline.
        int tries = tries(tx, operation);
        boolean mayTry = operation.kind().isSide() || tries < config.attempts();
        if (outcome.retryable() && mayTry && !operation.overdue()) {
            if (operation.kind() == OperationKind.LAUNCH && outcome.problem().code() == ErrorCode.HOST_PORT_TAKEN) {
                exchangePorts(tx, capsule);
            }
            Duration delay = FIRST_RETRY.multipliedBy(1L << Math.min(tries - 1, MOST_DOUBLINGS));
            operations.tryAgain(tx, operation.id(), outcome.problem(), delay);
            return;
        }
        if (operation.kind() == OperationKind.MIGRATE) {
            migrated(tx, capsule, operation, migrations.failed(tx, capsule, operation, outcome));
            return;
        }
        CapsuleStatus now = capsule.status();
        CapsuleEvent event = new CapsuleEvent.Failed(operation.kind(), outcome.found());
        if (CapsuleLife.next(now, event) instanceof Moved moved) {
            now = moved.to();
            move(tx, capsule, now);
            pushKeys(tx, operation, now);
            log(operation, capsule.status(), now);
        }
        end(tx, operation, outcome.problem(), now);
    }

    /** Somebody on the host listens on one of its ports, and will not go away by trying again. */
    private void exchangePorts(Tx tx, Capsule capsule) throws InterruptedException {
        Optional<PortPair> other = ports.exchange(tx, capsule.host(), capsule.id(), REST);
        if (other.isPresent()) {
            capsules.setPorts(tx, capsule.id(), other.get());
        }
        drift.repaired(
                tx,
                DriftKind.PORT_TAKEN,
                capsule.host(),
                capsule.id(),
                "Another program on the host listens on one of the capsule's ports.",
                other.map(pair -> "The capsule has the ports " + pair.ssh() + " and " + pair.vnc() + " now.")
                        .orElse("The host has no other ports that are free."));
    }

    private int tries(Tx tx, Operation operation) throws InterruptedException {
        return operation.kind() == OperationKind.MIGRATE ? migrations.tries(tx, operation) : operation.attempt();
    }

    /** Empty when the migration goes on at the other host. Pushes of keys wait meanwhile, and follow the guest. */
    private void migrated(Tx tx, Capsule capsule, Operation operation, Optional<AdvanceMigration.End> end)
            throws InterruptedException {
        if (end.isEmpty()) {
            return;
        }
        CapsuleStatus now = end.get().to();
        move(tx, capsule, now);
        if (end.get().problem().isPresent()) {
            end(tx, operation, end.get().problem().get(), now);
        } else {
            succeed(tx, operation, now);
        }
        log(operation, capsule.status(), now);
    }

    /**
     * Out of secure mode, and when a switch took back what it had done, the guest is the one of a checkpoint; one in ERROR
     * was out of reach for a while. Where it runs now its keys are those of then.
     */
    private void pushKeys(Tx tx, Operation operation, CapsuleStatus now) throws InterruptedException {
        if (now.state() == CapsuleState.RUNNING) {
            keys.afterReturn(tx, operation.capsule(), operation.requestId());
        }
    }

    private void succeed(Tx tx, Operation operation, CapsuleStatus now) throws InterruptedException {
        operations.succeed(tx, operation.id());
        audit.ended(tx, operation.id(), "SUCCEEDED", Optional.empty());
        events.ended(tx, operation.capsule(), operation.id(), operation.kind(), "SUCCEEDED", now);
    }

    private void end(Tx tx, Operation operation, Problem problem, CapsuleStatus now) throws InterruptedException {
        images.shareFailed(tx, operation.id(), problem.detail());
        snapshots.failed(tx, operation.id(), problem);
        operations.fail(tx, operation.id(), problem);
        audit.ended(tx, operation.id(), "FAILED", Optional.of(problem.code().slug()));
        events.ended(tx, operation.capsule(), operation.id(), operation.kind(), "FAILED", now);
    }

    private void move(Tx tx, Capsule capsule, CapsuleStatus to) throws InterruptedException {
        if (to.equals(capsule.status())) {
            return;
        }
        capsules.move(tx, capsule, to);
        if (to.state() == CapsuleState.DELETED) {
            ports.release(tx, capsule.id());
        }
    }

    private static Problem noImage(Operation operation) {
        return Problem.of(
                ErrorCode.HOST_TOOL_FAILED, "Host " + operation.host() + " does not say which image it has made.");
    }

    private static Problem noSnapshot(Operation operation) {
        return Problem.of(
                ErrorCode.HOST_TOOL_FAILED, "Host " + operation.host() + " does not say which snapshot it has taken.");
    }

    private static Problem nothingFound(Operation operation) {
        return operation.kind() == OperationKind.RECOVER
                ? Problem.of(
                        ErrorCode.HOST_CAPSULE_MISSING,
                        "Host " + operation.host() + " has nothing of this capsule, so it can only be deleted.")
                : Problem.of(ErrorCode.INTERNAL, "The capsule was not waiting for this operation.");
    }

    private static void log(Operation operation, CapsuleStatus from, CapsuleStatus to) {
        LOG.atInfo()
                .addKeyValue("capsuleId", operation.capsule())
                .addKeyValue("operationId", operation.id())
                .addKeyValue("requestId", operation.requestId())
                .addKeyValue("from", from)
                .addKeyValue("to", to)
                .log("operation ended");
    }
}
