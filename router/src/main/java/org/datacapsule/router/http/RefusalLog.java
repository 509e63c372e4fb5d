package org.datacapsule.router.http;

import org.datacapsule.common.error.Problem;

/** Is told of what is refused, before the caller is. */
public interface RefusalLog {
    /** A log that keeps nothing. */
    RefusalLog NONE = new RefusalLog() {
        @Override
        public void refused(Call call, Problem problem) {
            // Nothing is kept.
        }

        @Override
        public void refusedUnknown(Unknown request, Problem problem) {
            // Nothing is kept.
        }
    };

    /**
     * A command of a known caller was refused.
     *
     * @param call without parameters where it was refused before they were read
     */
    void refused(Call call, Problem problem) throws InterruptedException;

    /** A request was refused before it was known whose it is. Does not block: it may be an event loop that tells. */
    void refusedUnknown(Unknown request, Problem problem);
}
