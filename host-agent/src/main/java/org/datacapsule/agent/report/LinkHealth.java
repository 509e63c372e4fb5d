package org.datacapsule.agent.report;

import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import org.datacapsule.common.wire.HeartbeatReply;

/**
 * Whether a node still has a way to the routers. Agents hold no shared data, so when the last router goes, who serves what
 * is forgotten, and agents that are left among themselves never find the router that comes after it; only a node that
 * leaves and joins again does.
 */
final class LinkHealth {
    private static final int BLIND_BEATS = 2;

    private final Duration rejoinAfter;
    private Instant lastAnswer;
    private int blindBeats;

    LinkHealth(Duration rejoinAfter, Instant joined) {
        this.rejoinAfter = rejoinAfter;
        this.lastAnswer = joined;
    }

    /** Why the node must leave and join again, where it must. */
    Optional<String> beat(boolean seesRouter, Optional<HeartbeatReply> reply, Instant now) {
        blindBeats = seesRouter ? 0 : blindBeats + 1;
        if (reply.isPresent()) {
            lastAnswer = now;
            return reply.get().rejoin() ? Optional.of("a router found no way to this agent") : Optional.empty();
        }
        if (blindBeats >= BLIND_BEATS) {
            return Optional.of("no router is in this part of the cluster");
        }
        return Duration.between(lastAnswer, now).compareTo(rejoinAfter) >= 0
                ? Optional.of("no heartbeat was answered since " + lastAnswer)
                : Optional.empty();
    }
}
