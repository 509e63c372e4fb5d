package org.datacapsule.router.snapshot;

import java.time.Instant;
import java.util.Optional;
import org.datacapsule.common.error.ErrorCode;
import org.datacapsule.common.error.ProblemException;
import org.datacapsule.common.id.CapsuleId;
import org.datacapsule.common.id.SnapshotId;

/**
 * A snapshot of a capsule's disk.
 *
 * @param bytes about what a file takes that has its content; empty until it is taken
 * @param error why it can only be deleted, where it is in ERROR
 * @param createdBy guid of who asked for it
 */
public record Snapshot(
        SnapshotId id,
        CapsuleId capsule,
        String name,
        String description,
        Status status,
        Optional<Long> bytes,
        Optional<String> error,
        String createdBy,
        Instant createdAt) {

    /** @throws ProblemException {@link ErrorCode#SNAPSHOT_NOT_AVAILABLE} when its content is not to be had */
    public void requireAvailable() {
        if (status != Status.AVAILABLE) {
            throw new ProblemException(
                    ErrorCode.SNAPSHOT_NOT_AVAILABLE,
                    "Snapshot \"" + name + "\" is " + status
                            + error.map(why -> " (" + why + ")").orElse("") + "; it can only be deleted.");
        }
    }

    /** What can be done with it. */
    public enum Status {
        CREATE_PENDING,
        AVAILABLE,
        DELETE_PENDING,
        /** It may be there, or not: nothing but its deletion is possible. */
        ERROR
    }
}
