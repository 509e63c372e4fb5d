package org.datacapsule.common.capsule;

/** Where a capsule is in its life; the names stand on the wire as they are here (capsule API, "States and modes"). */
public enum CapsuleState {
    CREATE_PENDING,
    SHUTDOWN,
    LAUNCH_PENDING,
    RUNNING,
    SWITCH_TO_MAINTENANCE_PENDING,
    SWITCH_TO_SECURE_PENDING,
    SHUTDOWN_PENDING,
    MIGRATE_PENDING,
    IMAGE_SHARE_PENDING,
    /** A snapshot of the capsule's disk is taken or deleted, or the disk is reverted to one. */
    SNAPSHOT_PENDING,
    DELETE_PENDING,
    DELETED,
    /** A person should look: the operation that failed carries the cause. */
    ERROR;

    /** Whether an operation is under way, so that every command but deletevm is refused. */
    public boolean isPending() {
        return name().endsWith("_PENDING");
    }
}
