package org.datacapsule.agent.report;

import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import org.datacapsule.common.wire.HeartbeatReply;

/** Whether a link still is a way to the routers, or all of them are to be called anew. */
final class LinkHealth {
    private final Duration rejoinAfter;
    private Instant lastAnswer;

    LinkHealth(Duration rejoinAfter, Instant began) {
        this.rejoinAfter = rejoinAfter;
        this.lastAnswer = began;
    }

    /**
     * Why the link must be made anew, where it must.
     *
     * @param isCut whether no router is in reach any more
     */
    Optional<String> beat(boolean isCut, Optional<HeartbeatReply> reply, Instant now) {
        if (reply.isPresent()) {
            lastAnswer = now;
            return reply.get().rejoin() ? Optional.of("a router found no way to this agent") : Optional.empty();
        }
        if (isCut) {
            return Optional.of("no router is in reach");
        }
        return Duration.between(lastAnswer, now).compareTo(rejoinAfter) >= 0
                ? Optional.of("no heartbeat was answered since " + lastAnswer)
                : Optional.empty();
    }
}
