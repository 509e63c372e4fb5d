package org.datacapsule.common.capsule;

/** What can be asked of a capsule that takes time: one durable operation each. */
public enum OperationKind {
    CREATE,
    LAUNCH,
    SWITCH_TO_MAINTENANCE,
    SWITCH_TO_SECURE,
    STOP,
    MIGRATE,
    /** Gives a capsule whose host is gone another: with its disk where that can be reached, else made anew. */
    EVACUATE,
    SHARE_IMAGE,
    TAKE_SNAPSHOT,
    /** Makes a capsule's disk what it was when a snapshot was taken. */
    REVERT_TO_SNAPSHOT,
    DELETE_SNAPSHOT,
    DELETE,
    /** Leads a capsule in ERROR back to what its hypervisor really has. */
    RECOVER,
    /** Brings the members' SSH keys into a running guest. */
    SYNC_KEYS;

    /** Whether it is about a snapshot of the capsule's disk. */
    public boolean isOfSnapshot() {
        return this == TAKE_SNAPSHOT || this == REVERT_TO_SNAPSHOT || this == DELETE_SNAPSHOT;
    }

    /**
     * Whether it is done beside the capsule's life: it never changes a capsule's state, waits for no other operation and
     * keeps none waiting.
     */
    public boolean isSide() {
        return this == SYNC_KEYS;
    }
}
