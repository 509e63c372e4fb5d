package org.datacapsule.router.capsule;

import java.util.Optional;
import org.datacapsule.common.capsule.CapsuleType;
import org.datacapsule.common.error.ErrorCode;
import org.datacapsule.common.error.ProblemException;

/**
 * A user's place on a capsule.
 *
 * @param fullAccess empty where the capsule has none; false while it is to be decided
 * @param termsAccepted the capsule's terms of use
 */
public record Membership(CapsuleRole role, Optional<Boolean> fullAccess, boolean termsAccepted) {

    /** Whether the user may use the capsule at all, and has a key in its guest: the one rule of it. */
    public boolean hasAccess(CapsuleType type) {
        return termsAccepted && (type != CapsuleType.RESEARCH_FULL || fullAccess.orElse(false));
    }

    /** @throws ProblemException saying what the user lacks for the command */
    public void require(CapsuleCommand command, CapsuleType type) {
        if (command.needsAccess()) {
            requireAccess(command, type);
        }
        if (!command.isFor(role)) {
            throw new ProblemException(
                    ErrorCode.CAPSULE_PERMISSION_DENIED,
                    "As " + role.wireName() + " you may not " + command.verb() + " this capsule.");
        }
    }

    private void requireAccess(CapsuleCommand command, CapsuleType type) {
        if (!termsAccepted) {
            throw new ProblemException(
                    ErrorCode.CAPSULE_TOU_NOT_ACCEPTED,
                    "Accept the capsule's terms of use (updateusertou) before you " + command.verb() + " it.");
        }
        if (type == CapsuleType.RESEARCH_FULL && !fullAccess.orElse(false)) {
            throw new ProblemException(
                    ErrorCode.CAPSULE_FULL_ACCESS_REQUIRED,
                    "This capsule has full access, and you have not been granted it yet.");
        }
    }
}
