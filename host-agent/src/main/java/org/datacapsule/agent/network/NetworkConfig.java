package org.datacapsule.agent.network;

import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;
import org.datacapsule.common.policy.Ipv4Range;
import org.datacapsule.common.wire.GuestNetwork;

/**
 * The capsule network of this host.
 *
 * @param name of the libvirt network, of the table in nftables, and what the names of filters begin with
 * @param bridge name of the bridge device, 15 characters at most
 * @param guests the network every capsule has its address in
 * @param hostAddress where users reach the ssh ports: an address of this host, 0.0.0.0 for all of them, or 127.0.0.1 on
 *     a machine for development
 * @param policies directory of the policy files
 * @param deniedRanges the institution's own ranges: what {@code internal} stands for in a policy
 */
public record NetworkConfig(
        String name,
        String bridge,
        GuestNetwork guests,
        String hostAddress,
        Path policies,
        List<Ipv4Range> deniedRanges) {
    private static final Pattern NAME = Pattern.compile("[a-z][a-z0-9_]{0,30}");
    private static final Pattern BRIDGE = Pattern.compile("[a-z][a-z0-9_-]{0,14}");

    public NetworkConfig {
        deniedRanges = List.copyOf(deniedRanges);
        if (!NAME.matcher(name).matches()) {
            throw new IllegalArgumentException("a network's name is of a-z, 0-9 and _, a letter first: " + name);
        }
        if (!BRIDGE.matcher(bridge).matches()) {
            throw new IllegalArgumentException("a bridge's name is of a-z, 0-9, _ and -, 15 at most: " + bridge);
        }
        if (Ipv4Range.parse(hostAddress).prefix() != 32) {
            throw new IllegalArgumentException("one IPv4 address is expected: " + hostAddress);
        }
    }

    boolean isLoopback() {
        return hostAddress.startsWith("127.");
    }

    boolean isEveryAddress() {
        return hostAddress.equals("0.0.0.0");
    }
}
