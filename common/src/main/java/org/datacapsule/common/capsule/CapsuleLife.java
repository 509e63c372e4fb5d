package org.datacapsule.common.capsule;

import java.util.Locale;
import java.util.Optional;
import org.datacapsule.common.capsule.CapsuleEvent.Failed;
import org.datacapsule.common.capsule.CapsuleEvent.Found;
import org.datacapsule.common.capsule.CapsuleEvent.GuestGone;
import org.datacapsule.common.capsule.CapsuleEvent.Requested;
import org.datacapsule.common.capsule.CapsuleEvent.SeenIn;
import org.datacapsule.common.capsule.CapsuleEvent.Succeeded;
import org.datacapsule.common.capsule.Transition.Ignored;
import org.datacapsule.common.capsule.Transition.Moved;
import org.datacapsule.common.capsule.Transition.Refused;

/**
 * The one transition table of a capsule (capsule API, "States and modes"). Pure: the caller stores what it answers with
 * a compare-and-set. A capsule comes to be in {@link CapsuleStatus#CREATE_PENDING}.
 */
public final class CapsuleLife {

    private CapsuleLife() {}

    /** What {@code event} does to a capsule that is in {@code now}. Total: every pair has an answer. */
    public static Transition next(CapsuleStatus now, CapsuleEvent event) {
        return switch (event) {
            case Requested requested -> requested(now, requested.kind());
            case Succeeded succeeded -> succeeded(now, succeeded.kind(), succeeded.found());
            case Failed failed -> failed(now, failed.kind(), failed.found());
            case GuestGone gone -> now.isRunning() ? new Moved(CapsuleStatus.SHUTDOWN) : new Ignored();
            case SeenIn seen -> seenIn(now, seen.mode());
        };
    }

    /**
     * The state a capsule is in while an operation of this kind is under way; RECOVER leaves it in ERROR, and a side
     * operation in whatever it is.
     */
    public static Optional<CapsuleState> pendingState(OperationKind kind) {
        return switch (kind) {
            case CREATE -> Optional.of(CapsuleState.CREATE_PENDING);
            case LAUNCH -> Optional.of(CapsuleState.LAUNCH_PENDING);
            case SWITCH_TO_MAINTENANCE -> Optional.of(CapsuleState.SWITCH_TO_MAINTENANCE_PENDING);
            case SWITCH_TO_SECURE -> Optional.of(CapsuleState.SWITCH_TO_SECURE_PENDING);
            case STOP -> Optional.of(CapsuleState.SHUTDOWN_PENDING);
            case MIGRATE, EVACUATE -> Optional.of(CapsuleState.MIGRATE_PENDING);
            case SHARE_IMAGE -> Optional.of(CapsuleState.IMAGE_SHARE_PENDING);
            case TAKE_SNAPSHOT, REVERT_TO_SNAPSHOT, DELETE_SNAPSHOT -> Optional.of(CapsuleState.SNAPSHOT_PENDING);
            case DELETE -> Optional.of(CapsuleState.DELETE_PENDING);
            case RECOVER -> Optional.of(CapsuleState.ERROR);
            case SYNC_KEYS -> Optional.empty();
        };
    }

    private static boolean isAwaiting(CapsuleStatus now, OperationKind kind) {
        return pendingState(kind).filter(now.state()::equals).isPresent();
    }

    private static Transition requested(CapsuleStatus now, OperationKind kind) {
        boolean allowed = switch (kind) {
            case CREATE -> false;
            case LAUNCH, SHARE_IMAGE, TAKE_SNAPSHOT, REVERT_TO_SNAPSHOT, DELETE_SNAPSHOT ->
                now.state() == CapsuleState.SHUTDOWN;
            case SWITCH_TO_MAINTENANCE -> now.isRunning() && now.mode() != CapsuleMode.MAINTENANCE;
            case SWITCH_TO_SECURE -> now.isRunning() && now.mode() != CapsuleMode.SECURE;
            case STOP -> now.isRunning();
            case MIGRATE -> now.isRunning() || now.state() == CapsuleState.SHUTDOWN;
            case DELETE, EVACUATE -> now.state() != CapsuleState.DELETE_PENDING && now.state() != CapsuleState.DELETED;
            case RECOVER -> now.state() == CapsuleState.ERROR;
            case SYNC_KEYS -> false;
        };
        if (!allowed) {
            return new Refused(whyNot(now, kind));
        }
        CapsuleState pending = pendingState(kind).orElseThrow();
        // Its guest has ended with its host.
        return new Moved(
                kind == OperationKind.EVACUATE
                        ? new CapsuleStatus(pending, CapsuleMode.NOT_DEFINED)
                        : now.pending(pending));
    }

    private static Transition succeeded(CapsuleStatus now, OperationKind kind, Found found) {
        if (!isAwaiting(now, kind)) {
            return new Ignored();
        }
        return switch (kind) {
            case CREATE, STOP, SHARE_IMAGE, TAKE_SNAPSHOT, REVERT_TO_SNAPSHOT, DELETE_SNAPSHOT, EVACUATE ->
                new Moved(CapsuleStatus.SHUTDOWN);
            case LAUNCH, SWITCH_TO_MAINTENANCE -> new Moved(CapsuleStatus.running(CapsuleMode.MAINTENANCE));
            case SWITCH_TO_SECURE -> new Moved(CapsuleStatus.running(CapsuleMode.SECURE));
            case MIGRATE ->
                new Moved(
                        now.mode() == CapsuleMode.NOT_DEFINED
                                ? CapsuleStatus.SHUTDOWN
                                : CapsuleStatus.running(now.mode()));
            case DELETE -> new Moved(CapsuleStatus.DELETED);
            case RECOVER -> recovered(found);
            case SYNC_KEYS -> new Ignored();
        };
    }

    private static Transition recovered(Found found) {
        return switch (found) {
            case STOPPED -> new Moved(CapsuleStatus.SHUTDOWN);
            case RUNNING_IN_MAINTENANCE -> new Moved(CapsuleStatus.running(CapsuleMode.MAINTENANCE));
            case RUNNING_IN_SECURE -> new Moved(CapsuleStatus.running(CapsuleMode.SECURE));
            case NOTHING, UNSAID -> new Ignored();
        };
    }

    /**
     * A switch or migration that was taken back leads back to what there is, and so does a revert whose host answers: its disk is
     * whole. Who only read the disk, or changed which snapshots it has, has changed nothing of it. ERROR is for what a person
     * should look at.
     */
    private static Transition failed(CapsuleStatus now, OperationKind kind, Found found) {
        if (!isAwaiting(now, kind)) {
            return new Ignored();
        }
        if (leavesTheDisk(kind)) {
            return new Moved(CapsuleStatus.SHUTDOWN);
        }
        boolean canBeTakenBack =
                isSwitch(kind) || kind == OperationKind.MIGRATE || kind == OperationKind.REVERT_TO_SNAPSHOT;
        return canBeTakenBack && recovered(found) instanceof Moved back ? back : new Moved(CapsuleStatus.ERROR);
    }

    private static Transition seenIn(CapsuleStatus now, CapsuleMode mode) {
        boolean isAtRest = now.isRunning() || now.state() == CapsuleState.SHUTDOWN;
        boolean another = isAtRest && mode != CapsuleMode.NOT_DEFINED && mode != now.mode();
        return another ? new Moved(CapsuleStatus.running(mode)) : new Ignored();
    }

    private static boolean leavesTheDisk(OperationKind kind) {
        return kind == OperationKind.SHARE_IMAGE
                || kind == OperationKind.TAKE_SNAPSHOT
                || kind == OperationKind.DELETE_SNAPSHOT;
    }

    private static boolean isSwitch(OperationKind kind) {
        return kind == OperationKind.SWITCH_TO_SECURE || kind == OperationKind.SWITCH_TO_MAINTENANCE;
    }

    private static String whyNot(CapsuleStatus now, OperationKind kind) {
        if (kind.isSide()) {
            return "It is done beside the capsule's life and is no step of it.";
        }
        if (now.state() == CapsuleState.DELETED || now.state() == CapsuleState.DELETE_PENDING) {
            return "The capsule is being deleted, so it takes no further command.";
        }
        if (kind == OperationKind.SHARE_IMAGE && now.mayBeSecure()) {
            return "The capsule is " + now
                    + ", and nothing of secure mode may get into an image. Stop it, which discards what"
                    + " it wrote in secure mode, then make the image of its disk of before.";
        }
        if (kind.isOfSnapshot() && now.mayBeSecure()) {
            return "The capsule is " + now
                    + ", and nothing of secure mode may get into a snapshot, nor may its disk change meanwhile. Stop it,"
                    + " which discards what it wrote in secure mode, then work on snapshots of its disk of before.";
        }
        if (now.state().isPending()) {
            return "The capsule is busy (" + now + "); wait until that is done, or delete the capsule to cancel it.";
        }
        if (now.state() == CapsuleState.ERROR) {
            return "The capsule is in ERROR; an operator can recover it, or it can be deleted.";
        }
        if (isSwitch(kind) && now.isRunning()) {
            return "The capsule is " + now + " already.";
        }
        if (kind.isOfSnapshot()) {
            return "The capsule is " + now + ", and its guest writes to its disk. Stop it first, then " + inWords(kind)
                    + ".";
        }
        String needed = switch (kind) {
            case LAUNCH, SHARE_IMAGE -> "SHUTDOWN";
            case STOP -> "RUNNING";
            case SWITCH_TO_MAINTENANCE -> "RUNNING in SECURE";
            case SWITCH_TO_SECURE -> "RUNNING in MAINTENANCE";
            case MIGRATE -> "SHUTDOWN or RUNNING";
            case RECOVER -> "ERROR";
            case CREATE, DELETE, EVACUATE, SYNC_KEYS, TAKE_SNAPSHOT, REVERT_TO_SNAPSHOT, DELETE_SNAPSHOT ->
                "another state";
        };
        return "To " + inWords(kind) + " it must be " + needed + ", and this one is " + now + ".";
    }

    private static String inWords(OperationKind kind) {
        return switch (kind) {
            case SWITCH_TO_MAINTENANCE -> "switch a capsule to MAINTENANCE";
            case SWITCH_TO_SECURE -> "switch a capsule to SECURE";
            case SHARE_IMAGE -> "make an image of a capsule";
            case TAKE_SNAPSHOT -> "take a snapshot of it";
            case REVERT_TO_SNAPSHOT -> "revert it to a snapshot";
            case DELETE_SNAPSHOT -> "delete a snapshot of it";
            default -> kind.name().toLowerCase(Locale.ROOT).replace('_', ' ') + " a capsule";
        };
    }
}
