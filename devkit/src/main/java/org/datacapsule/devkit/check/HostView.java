package org.datacapsule.devkit.check;

import java.util.Map;
import java.util.Set;
import java.util.UUID;

/**
 * What a host really has, as the host itself says.
 *
 * @param guests that run
 * @param files capsules there are files of, whole or on their way
 * @param leases capsules with an address reserved
 * @param ways capsules to which a port of the host leads
 * @param overlays capsules with an overlay of secure mode
 * @param spooled results that no router has yet
 * @param refused results that no router will ever take
 */
public record HostView(
        String id,
        Map<UUID, Guest> guests,
        Set<UUID> files,
        Set<UUID> leases,
        Set<UUID> ways,
        Set<UUID> overlays,
        Set<UUID> spooled,
        Set<UUID> refused) {
    public HostView {
        guests = Map.copyOf(guests);
        files = Set.copyOf(files);
        leases = Set.copyOf(leases);
        ways = Set.copyOf(ways);
        overlays = Set.copyOf(overlays);
        spooled = Set.copyOf(spooled);
        refused = Set.copyOf(refused);
    }

    /**
     * A guest that runs.
     *
     * @param secure whether its network is cut
     */
    public record Guest(long generation, boolean secure) {}
}
