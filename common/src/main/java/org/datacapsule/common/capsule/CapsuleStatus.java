package org.datacapsule.common.capsule;

/**
 * A capsule's state and mode together. While an operation is under way the mode stays what it was before, so that a
 * migration knows whether it moves a running guest and what it returns to.
 */
public record CapsuleStatus(CapsuleState state, CapsuleMode mode) {

    public static final CapsuleStatus CREATE_PENDING =
            new CapsuleStatus(CapsuleState.CREATE_PENDING, CapsuleMode.NOT_DEFINED);
    public static final CapsuleStatus SHUTDOWN = new CapsuleStatus(CapsuleState.SHUTDOWN, CapsuleMode.NOT_DEFINED);
    public static final CapsuleStatus DELETED = new CapsuleStatus(CapsuleState.DELETED, CapsuleMode.NOT_DEFINED);
    public static final CapsuleStatus ERROR = new CapsuleStatus(CapsuleState.ERROR, CapsuleMode.NOT_DEFINED);

    public static CapsuleStatus running(CapsuleMode mode) {
        return new CapsuleStatus(CapsuleState.RUNNING, mode);
    }

    CapsuleStatus pending(CapsuleState pendingState) {
        return new CapsuleStatus(pendingState, mode);
    }

    /** Whether the guest is in secure mode, or on its way there and may be already. */
    public boolean mayBeSecure() {
        return mode == CapsuleMode.SECURE || state == CapsuleState.SWITCH_TO_SECURE_PENDING;
    }

    boolean isRunning() {
        return state == CapsuleState.RUNNING;
    }

    @Override
    public String toString() {
        return mode == CapsuleMode.NOT_DEFINED ? state.name() : state + " in " + mode;
    }
}
