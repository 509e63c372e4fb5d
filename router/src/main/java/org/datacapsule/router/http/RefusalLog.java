package org.datacapsule.router.http;

import org.datacapsule.common.error.Problem;

/** Is told of each command of a known caller that is refused, before the caller is. */
@FunctionalInterface
public interface RefusalLog {
    /** A log that keeps nothing. */
    RefusalLog NONE = (call, problem) -> {};

    /** @param call without parameters where it was refused before they were read */
    void refused(Call call, Problem problem) throws InterruptedException;
}
