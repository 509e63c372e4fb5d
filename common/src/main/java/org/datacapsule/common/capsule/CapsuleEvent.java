package org.datacapsule.common.capsule;

/** What can happen to a capsule, as {@link CapsuleLife#next} sees it. */
public sealed interface CapsuleEvent {

    /** A caller with the right to do so asked for it. */
    record Requested(OperationKind kind) implements CapsuleEvent {}

    /** The agent made it so. For {@link OperationKind#RECOVER}, {@code found} says what the hypervisor has. */
    record Succeeded(OperationKind kind, Found found) implements CapsuleEvent {
        public Succeeded(OperationKind kind) {
            this(kind, Found.UNSAID);
        }
    }

    /** It could not be done, and will not be tried again; {@code found} is what it left, where it knows. */
    record Failed(OperationKind kind, Found found) implements CapsuleEvent {
        public Failed(OperationKind kind) {
            this(kind, Found.UNSAID);
        }
    }

    /** A host's inventory shows no guest where one should run: it powered itself off, crashed, or its host rebooted. */
    record GuestGone() implements CapsuleEvent {}

    /** A host's inventory shows a running guest in this mode, whatever the capsule passed for: the users are exposed to it. */
    record SeenIn(CapsuleMode mode) implements CapsuleEvent {}

    /** What an inspection found on the host. */
    enum Found {
        UNSAID,
        STOPPED,
        RUNNING_IN_MAINTENANCE,
        RUNNING_IN_SECURE,
        NOTHING
    }
}
