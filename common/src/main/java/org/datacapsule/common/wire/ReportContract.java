package org.datacapsule.common.wire;

import java.time.Duration;

/**
 * One thing that a host tells the routers, signed, and the form of their answer.
 *
 * @param name stands in the address
 * @param version raised when the form changes in a way an older peer cannot read; stands in the address too
 * @param timeout how long an answer is waited for; past it the effect is unknown, so report again
 */
public record ReportContract<Q, A>(String name, int version, Class<Q> report, Class<A> answer, Duration timeout) {

    /** As it goes over the bus. */
    public Contract<SignedReport, ReportReply> signed() {
        return new Contract<>(name, version, SignedReport.class, ReportReply.class, timeout);
    }
}
