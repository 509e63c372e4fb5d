package org.datacapsule.router.placement;

import java.util.Set;
import org.datacapsule.common.id.HostId;
import org.datacapsule.common.wire.Capacity;

/**
 * A host as placement sees it.
 *
 * @param up its lease is current
 * @param network the guest network it is configured with, in CIDR notation
 * @param allocated the sum of what its capsules were promised
 * @param freePorts port pairs no capsule holds
 * @param labels what operators say it is good for
 * @param ofOwner how many other capsules of the same owner are on it
 */
public record Candidate(
        HostId id,
        boolean up,
        boolean enabled,
        ImageReach image,
        String network,
        Capacity capacity,
        Capacity allocated,
        int freePorts,
        Set<String> labels,
        int ofOwner) {
    public Candidate {
        labels = Set.copyOf(labels);
    }
}
