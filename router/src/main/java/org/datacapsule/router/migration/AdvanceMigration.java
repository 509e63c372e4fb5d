package org.datacapsule.router.migration;

import java.util.Optional;
import org.datacapsule.common.capsule.CapsuleEvent;
import org.datacapsule.common.capsule.CapsuleEvent.Found;
import org.datacapsule.common.capsule.CapsuleLife;
import org.datacapsule.common.capsule.CapsuleMode;
import org.datacapsule.common.capsule.CapsuleStatus;
import org.datacapsule.common.capsule.OperationKind;
import org.datacapsule.common.capsule.Transition.Moved;
import org.datacapsule.common.error.ErrorCode;
import org.datacapsule.common.error.Problem;
import org.datacapsule.common.id.HostId;
import org.datacapsule.common.wire.Outcome;
import org.datacapsule.router.capsule.Capsule;
import org.datacapsule.router.database.Tx;
import org.datacapsule.router.host.PortStore;
import org.datacapsule.router.migration.Course.Turn;
import org.datacapsule.router.operation.Operation;
import org.datacapsule.router.operation.OperationSignal;

/** Takes a migration on by an outcome one of its hosts has reported, in the caller's transaction. */
public final class AdvanceMigration {
    private final MigrationStore migrations;
    private final EvictionStore evictions;
    private final PortStore ports;
    private final OperationSignal signal;

    public AdvanceMigration(
            MigrationStore migrations, EvictionStore evictions, PortStore ports, OperationSignal signal) {
        this.ports = ports;
        this.migrations = migrations;
        this.evictions = evictions;
        this.signal = signal;
    }

    /**
     * How a migration ended.
     *
     * @param to what the capsule is from now on
     * @param problem why it is not on the host that was asked for; absent when it is, or when it was to stay
     */
    public record End(CapsuleStatus to, Optional<Problem> problem) {}

    /** How often the phase that is under way has been tried. */
    public int tries(Tx tx, Operation operation) throws InterruptedException {
        return operation.attempt() - require(tx, operation).phaseAttempt() + 1;
    }

    /** Whether the outcome that comes next owes a receipt: of a guest that goes on in secure mode on another host. */
    public boolean owesReceipt(Tx tx, Operation operation) throws InterruptedException {
        Migration migration = require(tx, operation);
        return migration.phase() == Phase.TAKE_OVER && migration.mode() == CapsuleMode.SECURE;
    }

    /**
     * Both rows are locked. Empty when the next phase has begun.
     *
     * @param noReceipt what is wrong with the receipt that was owed
     */
    public Optional<End> succeeded(
            Tx tx, Capsule capsule, Operation operation, Outcome.Succeeded outcome, Optional<Problem> noReceipt)
            throws InterruptedException {
        Migration migration = require(tx, operation);
        if (outcome.landing().isPresent()) {
            migrations.keep(tx, operation.id(), outcome.landing().get());
        }
        if (outcome.departure().isPresent()) {
            migrations.keep(tx, operation.id(), outcome.departure().get());
        }
        // The guest is there all the same.
        Turn turn = noReceipt.isPresent() ? new Turn.FlipToError() : Course.next(migration, outcome);
        return take(tx, capsule, operation, migration, turn, noReceipt);
    }

    /** After the last try. Both rows are locked. Empty when another phase has begun. */
    public Optional<End> failed(Tx tx, Capsule capsule, Operation operation, Outcome.Failed outcome)
            throws InterruptedException {
        Migration migration = require(tx, operation);
        return take(tx, capsule, operation, migration, Course.next(migration, outcome), Optional.of(outcome.problem()));
    }

    private Optional<End> take(
            Tx tx, Capsule capsule, Operation operation, Migration migration, Turn turn, Optional<Problem> cause)
            throws InterruptedException {
        return switch (turn) {
            case Turn.Proceed proceed -> {
                long generation = proceed.phase().isAtSource() ? capsule.generation() : migration.generation();
                migrations.proceed(tx, migration, proceed.phase(), generation);
                tx.afterCommit(signal::wake);
                yield Optional.empty();
            }
            case Turn.Flip flip -> {
                flip(tx, capsule, operation, migration);
                CapsuleEvent event = flip.found() == Found.UNSAID
                        ? new CapsuleEvent.Succeeded(OperationKind.MIGRATE)
                        : new CapsuleEvent.Failed(OperationKind.MIGRATE, flip.found());
                yield Optional.of(new End(after(capsule, event), Optional.empty()));
            }
            case Turn.FlipToError toError -> {
                flip(tx, capsule, operation, migration);
                yield Optional.of(new End(CapsuleStatus.ERROR, cause));
            }
            case Turn.TakenBack back -> {
                migrations.finish(tx, operation.id(), "TAKEN_BACK");
                leave(tx, migration, migration.target(), migration.generation(), operation);
                CapsuleStatus to = after(capsule, new CapsuleEvent.Failed(OperationKind.MIGRATE, back.found()));
                yield Optional.of(new End(to, whyNot(migration, cause)));
            }
            case Turn.Unknown unknown -> {
                migrations.finish(tx, operation.id(), "UNKNOWN");
                yield Optional.of(new End(CapsuleStatus.ERROR, Optional.of(unknown(migration, cause))));
            }
        };
    }

    private void flip(Tx tx, Capsule capsule, Operation operation, Migration migration) throws InterruptedException {
        migrations.flip(tx, migration);
        migrations.finish(tx, operation.id(), "MOVED");
        leave(tx, migration, migration.source(), capsule.generation(), operation);
    }

    /** What was moved by hand is left alone where it was; only its ports there are free again. */
    private void leave(Tx tx, Migration migration, HostId host, long generation, Operation operation)
            throws InterruptedException {
        if (isByHand(migration)) {
            ports.release(tx, migration.capsule(), host);
        } else {
            evictions.insert(tx, migration.capsule(), host, generation, operation.requestId());
        }
    }

    private static boolean isByHand(Migration migration) {
        return migration.phase() == Phase.LOOK_AT_SOURCE || migration.phase() == Phase.LOOK_AT_TARGET;
    }

    private static CapsuleStatus after(Capsule capsule, CapsuleEvent event) {
        return CapsuleLife.next(capsule.status(), event) instanceof Moved moved ? moved.to() : capsule.status();
    }

    private static Optional<Problem> whyNot(Migration migration, Optional<Problem> cause) {
        if (cause.isPresent()) {
            return cause;
        }
        return switch (migration.phase()) {
            case LOOK_AT_SOURCE ->
                Optional.of(Problem.of(
                        ErrorCode.CAPSULE_INVALID_STATE,
                        "The capsule's guest still runs on host " + migration.source()
                                + "; stop it there before it is written down as moved."));
            case LOOK_AT_TARGET ->
                Optional.of(Problem.of(
                        ErrorCode.HOST_CAPSULE_MISSING,
                        "Host " + migration.target() + " has nothing of the capsule; bring its files there first."));
            default -> Optional.empty();
        };
    }

    private static Problem unknown(Migration migration, Optional<Problem> cause) {
        String why = cause.flatMap(problem -> Optional.ofNullable(problem.detail()))
                .map(detail -> " (" + detail + ")")
                .orElse("");
        return Problem.of(
                ErrorCode.MIGRATION_UNKNOWN,
                "It is not known whether the capsule is on host " + migration.source() + " or on host "
                        + migration.target() + why
                        + ". Nothing was removed from either. When both answer again, recover the capsule if its guest"
                        + " runs on the first. If it runs on the second, recover the capsule and, before anybody launches"
                        + " it, write it down as moved (PUT /migratevm). If it runs on neither, its disk is the one that"
                        + " was written to last.");
    }

    private Migration require(Tx tx, Operation operation) throws InterruptedException {
        return migrations.find(tx, operation.id()).orElseThrow();
    }
}
