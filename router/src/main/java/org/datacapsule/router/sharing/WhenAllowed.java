package org.datacapsule.router.sharing;

import java.util.Optional;
import org.datacapsule.common.capsule.CapsuleMode;
import org.datacapsule.common.capsule.CapsuleState;
import org.datacapsule.common.capsule.CapsuleStatus;
import org.datacapsule.common.error.ErrorCode;
import org.datacapsule.common.error.ProblemException;
import org.datacapsule.router.capsule.CapsuleCommand;

/**
 * In which states a capsule takes the commands that are no step of its life: when it is settled, SHUTDOWN or RUNNING. The
 * others are {@link org.datacapsule.common.capsule.CapsuleLife}'s.
 */
final class WhenAllowed {

    private WhenAllowed() {}

    /** @throws ProblemException {@link ErrorCode#CAPSULE_INVALID_STATE} */
    static void require(CapsuleCommand command, CapsuleStatus now) {
        refusal(command, now).ifPresent(why -> {
            throw new ProblemException(ErrorCode.CAPSULE_INVALID_STATE, why);
        });
    }

    /** Why not, as a sentence; empty when the state allows it. */
    static Optional<String> refusal(CapsuleCommand command, CapsuleStatus now) {
        return switch (command) {
            case UPDATE, DELETE_SHAREES, MANAGE_CONTROLLER, EXIT -> unsettled(now);
            case ADD_SHAREES, ADD_SUPPORT_USER -> unsettled(now).or(() -> screenShowsData(now));
            case SHOW, LAUNCH, STOP, SWITCH, DELETE, EXTEND, SHARE_IMAGE, SNAPSHOT, KEYS, RESULTS -> Optional.empty();
        };
    }

    private static Optional<String> unsettled(CapsuleStatus now) {
        return now.state() == CapsuleState.SHUTDOWN || now.state() == CapsuleState.RUNNING
                ? Optional.empty()
                : Optional.of("The capsule is " + now + ", and must be SHUTDOWN or RUNNING for this.");
    }

    /** Who is added sees the screen once the terms are accepted. */
    private static Optional<String> screenShowsData(CapsuleStatus now) {
        return now.mode() == CapsuleMode.SECURE
                ? Optional.of("The capsule is " + now
                        + ", where its screen shows restricted data; switch it to MAINTENANCE to share it.")
                : Optional.empty();
    }
}
