package org.datacapsule.common.wire;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.util.Optional;

/**
 * A router's answer to a heartbeat.
 *
 * @param rejoin a router found no way to this agent over the event bus: leave it and join again
 * @param recall the host was fenced while it was away: it takes no command until it has done this. Absent where it may work
 * @param images what it is to do about its images; absent where that is nothing
 */
public record HeartbeatReply(
        boolean rejoin,
        Optional<Recall> recall,
        @JsonInclude(JsonInclude.Include.NON_ABSENT) Optional<ImageOrders> images) {

    /** To a host that may work. */
    public static HeartbeatReply admitted(boolean rejoin) {
        return admitted(rejoin, ImageOrders.NONE);
    }

    public static HeartbeatReply admitted(boolean rejoin, ImageOrders images) {
        return new HeartbeatReply(
                rejoin, Optional.empty(), images.equals(ImageOrders.NONE) ? Optional.empty() : Optional.of(images));
    }

    public static HeartbeatReply recalled(Recall recall) {
        return new HeartbeatReply(false, Optional.of(recall), Optional.empty());
    }
}
