package org.datacapsule.router.sharing;

import org.datacapsule.router.capsule.CapsuleRole;

/** The transitions of managecontroller (capsule API, "Roles on a capsule"); every other pair of roles is refused. */
public sealed interface ControlTransfer {

    /** What the caller wants. */
    enum Action {
        /** Give the control one has to the other. */
        DELEGATE,
        /** Take control back from the other. */
        REVOKE
    }

    /** The roles the two have from now on. */
    record Moved(CapsuleRole actor, CapsuleRole target) implements ControlTransfer {}

    /** @param because a sentence for the caller */
    record Refused(String because) implements ControlTransfer {}

    static ControlTransfer of(Action action, CapsuleRole actor, CapsuleRole target) {
        return switch (action) {
            case DELEGATE -> delegate(actor, target);
            case REVOKE ->
                actor == CapsuleRole.OWNER && target == CapsuleRole.CONTROLLER
                        ? new Moved(CapsuleRole.OWNER_CONTROLLER, CapsuleRole.SHAREE)
                        : refused(action, actor, target, "An OWNER can revoke it from the CONTROLLER.");
        };
    }

    private static ControlTransfer delegate(CapsuleRole actor, CapsuleRole target) {
        if (actor == CapsuleRole.OWNER_CONTROLLER && target == CapsuleRole.SHAREE) {
            return new Moved(CapsuleRole.OWNER, CapsuleRole.CONTROLLER);
        }
        if (actor == CapsuleRole.CONTROLLER && target == CapsuleRole.SHAREE) {
            return new Moved(CapsuleRole.SHAREE, CapsuleRole.CONTROLLER);
        }
        if (actor == CapsuleRole.CONTROLLER && target == CapsuleRole.OWNER) {
            return new Moved(CapsuleRole.SHAREE, CapsuleRole.OWNER_CONTROLLER);
        }
        return refused(
                Action.DELEGATE,
                actor,
                target,
                "An OWNER-CONTROLLER can delegate it to a SHAREE, a CONTROLLER to a SHAREE or the OWNER.");
    }

    private static Refused refused(Action action, CapsuleRole actor, CapsuleRole target, String instead) {
        return new Refused(
                action + " is not possible from " + actor.wireName() + " to " + target.wireName() + ". " + instead);
    }
}
