package org.datacapsule.router.sharing;

import org.datacapsule.common.error.ErrorCode;
import org.datacapsule.common.error.Problem;

/** What a rule of sharing answers. */
public sealed interface SharingChange {

    /** The capsule's members and full access are as in {@code to} from now on; it may be what they were. */
    record Moved(SharedCapsule to) implements SharingChange {}

    /** Nothing changes. */
    record Refused(Problem problem) implements SharingChange {
        Refused(ErrorCode code, String detail) {
            this(Problem.of(code, detail));
        }
    }

    /** @throws org.datacapsule.common.error.ProblemException when it is refused */
    default SharedCapsule orThrow() {
        return switch (this) {
            case Moved moved -> moved.to();
            case Refused refused -> throw refused.problem().asException();
        };
    }
}
