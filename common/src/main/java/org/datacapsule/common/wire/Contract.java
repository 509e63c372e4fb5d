package org.datacapsule.common.wire;

import java.time.Duration;

/**
 * One question that can be asked over the event bus, and the form of its answer.
 *
 * @param name stands in the address
 * @param version raised when the form changes in a way an older peer cannot read; stands in the address too
 * @param timeout how long an answer is waited for; past it the effect is unknown, so ask again
 */
public record Contract<Q, A>(String name, int version, Class<Q> request, Class<A> reply, Duration timeout) {

    /** The event-bus address of those who answer for {@code scope}; empty for "any that serves". */
    public String address(String scope) {
        return scope.isEmpty() ? name + ".v" + version : name + ".v" + version + "." + scope;
    }
}
