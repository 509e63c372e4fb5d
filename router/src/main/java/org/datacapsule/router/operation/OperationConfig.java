package org.datacapsule.router.operation;

import java.time.Duration;
import org.datacapsule.common.capsule.OperationKind;
import org.datacapsule.common.config.Settings;

/**
 * How long and how often an operation is tried.
 *
 * @param deadline from the command to giving up
 * @param migrationDeadline the same, of a migration, which copies disks
 * @param shareDeadline the same, of making an image of a capsule's disk; and how long that may then take to get to a host that
 *     others can fetch it from
 * @param attempts how often a host may report a failure that could pass before the capsule goes to ERROR
 * @param claim how long a router has to send a claimed operation before another may
 * @param recheck how long after a host accepted an operation it is asked again what became of it
 */
public record OperationConfig(
        Duration deadline,
        Duration migrationDeadline,
        Duration shareDeadline,
        int attempts,
        Duration claim,
        Duration recheck) {

    /** From a command of this kind to giving it up. */
    public Duration deadline(OperationKind kind) {
        return switch (kind) {
            case MIGRATE -> migrationDeadline;
            case SHARE_IMAGE -> shareDeadline;
            case CREATE,
                    LAUNCH,
                    SWITCH_TO_MAINTENANCE,
                    SWITCH_TO_SECURE,
                    STOP,
                    EVACUATE,
                    TAKE_SNAPSHOT,
                    REVERT_TO_SNAPSHOT,
                    DELETE_SNAPSHOT,
                    DELETE,
                    RECOVER,
                    SYNC_KEYS -> deadline;
        };
    }

    public static OperationConfig from(Settings settings) {
        return new OperationConfig(
                settings.duration("operations.deadline", "From a command to giving it up", Duration.ofMinutes(15)),
                settings.duration(
                        "operations.migration-deadline",
                        "From a migratevm to giving it up; a large disk takes its time",
                        Duration.ofHours(12)),
                settings.duration(
                        "operations.share-deadline",
                        "From a shareimage to giving it up; a large disk takes its time",
                        Duration.ofHours(2)),
                settings.integer(
                        "operations.attempts", "Tries of an operation whose failure may pass, before ERROR", 4, 1, 100),
                settings.duration(
                        "operations.claim", "A router's lease on an operation it is sending", Duration.ofSeconds(5)),
                settings.duration(
                        "operations.recheck",
                        "After this long without a report, a host is asked what became of an operation",
                        Duration.ofSeconds(10)));
    }
}
