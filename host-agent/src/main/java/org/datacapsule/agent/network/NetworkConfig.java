package org.datacapsule.agent.network;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Pattern;
import org.datacapsule.common.config.Settings;
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
        name = requireName(name);
        bridge = requireBridge(bridge);
        hostAddress = requireAddress(hostAddress);
        deniedRanges = List.copyOf(deniedRanges);
    }

    public static NetworkConfig from(Settings settings) {
        return new NetworkConfig(
                settings.parsed(
                        "network.name",
                        "name of the capsule network in libvirt",
                        "datacapsule",
                        NetworkConfig::requireName),
                settings.parsed(
                        "network.bridge",
                        "name of the network's bridge, 15 characters at most",
                        "dcbr0",
                        NetworkConfig::requireBridge),
                settings.parsed(
                        "network.guests",
                        "the capsules' private IPv4 network, the same on all hosts of a cluster",
                        "10.90.0.0/16",
                        GuestNetwork::parse),
                settings.parsed(
                        "network.address",
                        "IPv4 address of this host that the ssh ports are opened on; 0.0.0.0 stands for all of them",
                        "0.0.0.0",
                        NetworkConfig::requireAddress),
                settings.parsed(
                        "network.policies",
                        "directory of the network policies; one that does not parse stops the agent",
                        "/etc/datacapsule/policies",
                        Path::of),
                settings.parsed(
                        "network.denied-ranges",
                        "networks in CIDR notation, with commas, that no guest reaches, such as the management network",
                        "",
                        NetworkConfig::ranges));
    }

    private static String requireName(String text) {
        if (!NAME.matcher(text).matches()) {
            throw new IllegalArgumentException("a network's name is of a-z, 0-9 and _, a letter first: " + text);
        }
        return text;
    }

    private static String requireBridge(String text) {
        if (!BRIDGE.matcher(text).matches()) {
            throw new IllegalArgumentException("a bridge's name is of a-z, 0-9, _ and -, 15 at most: " + text);
        }
        return text;
    }

    private static String requireAddress(String text) {
        if (Ipv4Range.parse(text).prefix() != 32) {
            throw new IllegalArgumentException("one IPv4 address is expected: " + text);
        }
        return text;
    }

    private static List<Ipv4Range> ranges(String text) {
        return Arrays.stream(text.split(",", -1))
                .filter(range -> !range.isBlank())
                .map(range -> Ipv4Range.parse(range.strip()))
                .toList();
    }

    boolean isLoopback() {
        return hostAddress.startsWith("127.");
    }

    boolean isEveryAddress() {
        return hostAddress.equals("0.0.0.0");
    }
}
