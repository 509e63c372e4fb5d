package org.datacapsule.router.http;

import org.datacapsule.common.error.ProblemException;

/** What one operation of the contract does; runs on a virtual thread and may block. */
@FunctionalInterface
public interface Endpoint {

    /** @throws ProblemException for every answer that is no success */
    Success handle(Call call) throws InterruptedException;
}
