package org.datacapsule.common.bus;

/** The bus could not carry a question or its answer. What the other side did is unknown, but for NOBODY. */
public final class BusException extends Exception {
    private static final long serialVersionUID = 1L;

    /** Why there is no answer. */
    public enum Reason {
        /** Nobody serves the address, so nobody got the question. */
        NOBODY,
        /** The other side does not talk to this one. */
        REFUSED,
        /** No answer in time. */
        TIMEOUT,
        /** The other side failed in a way it has no words for, or answered something unreadable. */
        BROKEN
    }

    private final Reason reason;

    public BusException(Reason reason, String message) {
        super(message);
        this.reason = reason;
    }

    public BusException(Reason reason, String message, Throwable cause) {
        super(message, cause);
        this.reason = reason;
    }

    public Reason reason() {
        return reason;
    }
}
