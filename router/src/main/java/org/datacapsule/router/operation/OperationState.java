package org.datacapsule.router.operation;

/** Where a durable operation is. */
public enum OperationState {
    /** Not accepted by its host yet. */
    QUEUED,
    /** In its host's journal. */
    RUNNING,
    SUCCEEDED,
    FAILED,
    /** A later command took its place. */
    CANCELLED;

    public boolean isAtWork() {
        return this == QUEUED || this == RUNNING;
    }
}
