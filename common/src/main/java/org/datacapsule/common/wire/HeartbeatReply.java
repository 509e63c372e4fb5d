package org.datacapsule.common.wire;

import java.util.Optional;

/**
 * A router's answer to a heartbeat.
 *
 * @param rejoin a router found no way to this agent over the event bus: leave it and join again
 * @param recall the host was fenced while it was away: it takes no command until it has done this. Absent where it may work
 */
public record HeartbeatReply(boolean rejoin, Optional<Recall> recall) {

    /** To a host that may work. */
    public static HeartbeatReply admitted(boolean rejoin) {
        return new HeartbeatReply(rejoin, Optional.empty());
    }

    public static HeartbeatReply recalled(Recall recall) {
        return new HeartbeatReply(false, Optional.of(recall));
    }
}
