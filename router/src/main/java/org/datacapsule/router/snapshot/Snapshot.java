package org.datacapsule.router.snapshot;

import java.time.Instant;
import java.util.Optional;
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

    /** What can be done with it. */
    public enum Status {
        CREATE_PENDING,
        AVAILABLE,
        DELETE_PENDING,
        /** It may be there, or not: nothing but its deletion is possible. */
        ERROR
    }
}
