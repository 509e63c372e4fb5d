package org.datacapsule.common.wire;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.util.List;
import java.util.Optional;

/**
 * A router's answer to a heartbeat.
 *
 * @param rejoin a router found no way to this agent over the event bus: leave it and join again
 * @param recall the host was fenced while it was away: it takes no command until it has done this. Absent where it may work
 * @param images what it is to do about its images; absent where that is nothing
 * @param sweep leftovers it is to remove, unless they are a capsule's again; absent where there are none
 * @param revocations whose call it is not to take any more; absent where it has those
 */
public record HeartbeatReply(
        boolean rejoin,
        Optional<Recall> recall,
        @JsonInclude(JsonInclude.Include.NON_ABSENT) Optional<ImageOrders> images,
        @JsonInclude(JsonInclude.Include.NON_ABSENT) Optional<List<Leftover>> sweep,
        @JsonInclude(JsonInclude.Include.NON_ABSENT) Optional<Revocations> revocations) {
    public HeartbeatReply {
        sweep = sweep.map(List::copyOf);
    }

    /** To a host that may work. */
    public static HeartbeatReply admitted(boolean rejoin) {
        return admitted(rejoin, ImageOrders.NONE, List.of());
    }

    /** The same, with orders. */
    public static HeartbeatReply admitted(boolean rejoin, ImageOrders images, List<Leftover> sweep) {
        return new HeartbeatReply(
                rejoin,
                Optional.empty(),
                images.equals(ImageOrders.NONE) ? Optional.empty() : Optional.of(images),
                sweep.isEmpty() ? Optional.empty() : Optional.of(sweep),
                Optional.empty());
    }

    public static HeartbeatReply recalled(Recall recall) {
        return new HeartbeatReply(false, Optional.of(recall), Optional.empty(), Optional.empty(), Optional.empty());
    }

    /** The same, to a host that has not these yet. */
    public HeartbeatReply with(Revocations newer) {
        return new HeartbeatReply(rejoin, recall, images, sweep, Optional.of(newer));
    }
}
