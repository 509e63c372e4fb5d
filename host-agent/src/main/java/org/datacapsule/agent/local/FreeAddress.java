package org.datacapsule.agent.local;

import java.util.Set;
import org.datacapsule.common.wire.GuestAddress;
import org.datacapsule.common.wire.GuestNetwork;

/** An address for a capsule that no router gave one: routers begin at the network's start, this at its end. */
final class FreeAddress {

    private FreeAddress() {}

    /** @param used IPv4 addresses that some capsule of this host has */
    static GuestAddress in(GuestNetwork network, Set<String> used) {
        for (int slot = network.slots() - 1; slot >= 0; slot--) {
            GuestAddress address = network.address(slot);
            if (!used.contains(address.ipv4())) {
                return address;
            }
        }
        throw new RefusedException(Refusal.TAKEN, "The capsule network " + network + " has no address left.");
    }
}
