package org.datacapsule.common.error;

import java.util.List;

/**
 * One refusal or failure, as a value: what kind it is, and what was wrong this time and what to do next, in words that
 * are safe to show a caller (never a stack trace, SQL, a secret, or a path of a host).
 */
public record Problem(ErrorCode code, String detail, List<Violation> violations) {
    public Problem {
        violations = List.copyOf(violations);
    }

    public static Problem of(ErrorCode code, String detail) {
        return new Problem(code, detail, List.of());
    }

    public ProblemException asException() {
        return new ProblemException(this);
    }
}
