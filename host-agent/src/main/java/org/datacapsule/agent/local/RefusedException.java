package org.datacapsule.agent.local;

/** Carries a refusal up to where it becomes the answer; it has no stack trace, being an answer and no fault. */
final class RefusedException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final Refusal refusal;

    RefusedException(Refusal refusal, String because) {
        super(because, null, false, false);
        this.refusal = refusal;
    }

    LocalAnswer.Refused answer() {
        return new LocalAnswer.Refused(refusal, String.valueOf(getMessage()));
    }
}
