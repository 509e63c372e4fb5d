package org.datacapsule.router.http;

import java.util.List;
import org.datacapsule.common.error.Problem;

/**
 * An API beside the contract's, which clients of another system speak: with paths, a way to say who calls, and forms of
 * answers of its own. Bodies, threads, limits, and what is kept of refusals are the same as everywhere. Any number of threads.
 */
public interface Dialect {

    /** One word; it stands before the names of the dialect's operations in the log of requests and in the audit log. */
    String name();

    /** Paths below which all is the dialect's: what it does not have there is refused in its words. Each begins with a slash. */
    List<String> prefixes();

    /** What there is to call; of two that fit a request the first counts. */
    List<DialectRoute> routes();

    /**
     * Who calls, for the routes that need to know. May block.
     *
     * @throws org.datacapsule.common.error.ProblemException when the request does not say, or its word does not hold
     */
    Caller caller(DialectRequest request) throws InterruptedException;

    /** A failure as the dialect words it. Does not block. */
    DialectAnswer refusal(DialectRequest request, Problem problem);
}
