package org.datacapsule.agent.report;

import java.util.Optional;
import org.datacapsule.common.wire.ReportContract;

/** The routers, as an agent talks to them: any of them answers. */
public interface Routers {

    /** Says it as this host and waits. Empty when no answer came, for whatever reason: what was asked may have been done or not. */
    <Q, A> Optional<A> ask(ReportContract<Q, A> contract, Q question) throws InterruptedException;
}
