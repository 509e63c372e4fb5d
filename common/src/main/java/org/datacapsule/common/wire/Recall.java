package org.datacapsule.common.wire;

import java.util.List;

/**
 * What a host that was fenced has to do before anything else. It says that it has by the epoch in its next heartbeat.
 *
 * @param epoch of the fence, 1 or more; raised with each
 * @param orders each a {@link Command.Relinquish} or {@link Command.Evict} of a capsule that lives elsewhere now, signed
 */
public record Recall(long epoch, List<SignedCommand> orders) {
    public Recall {
        orders = List.copyOf(orders);
    }
}
