package org.datacapsule.agent.config;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.datacapsule.common.config.Settings;
import org.datacapsule.common.policy.Ipv4Range;
import org.datacapsule.common.wire.GuestNetwork;

/**
 * The capsule network.
 *
 * @param name of libvirt's network
 * @param address where the ssh ports are opened: an IPv4 address of this host, or 0.0.0.0 for all of them
 * @param policies the directory of the policy files
 * @param deniedRanges networks in CIDR notation no guest reaches in either mode, whatever a policy allows
 */
public record NetworkSettings(
        String name, String bridge, GuestNetwork guests, String address, Path policies, List<Ipv4Range> deniedRanges) {
    public NetworkSettings {
        deniedRanges = List.copyOf(deniedRanges);
    }

    static NetworkSettings from(Settings settings) {
        return new NetworkSettings(
                settings.text("network.name", "name of the capsule network in libvirt", "datacapsule"),
                settings.text("network.bridge", "name of the network's bridge, 15 characters at most", "dcbr0"),
                settings.parsed(
                        "network.guests",
                        "the capsules' private IPv4 network, the same on all hosts of a cluster",
                        "10.90.0.0/16",
                        GuestNetwork::parse),
                settings.parsed(
                        "network.address",
                        "IPv4 address of this host that the ssh ports are opened on; 0.0.0.0 stands for all of them",
                        "0.0.0.0",
                        NetworkSettings::address),
                settings.parsed(
                        "network.policies",
                        "directory of the network policies; one that does not parse stops the agent",
                        "/etc/datacapsule/policies",
                        Path::of),
                settings.parsed(
                        "network.denied-ranges",
                        "networks in CIDR notation, with commas, that no guest reaches, such as the management network",
                        "",
                        NetworkSettings::ranges));
    }

    private static String address(String text) {
        if (Ipv4Range.parse(text).prefix() != 32) {
            throw new IllegalArgumentException("one IPv4 address is expected");
        }
        return text;
    }

    private static List<Ipv4Range> ranges(String text) {
        return Arrays.stream(text.split(",", -1))
                .filter(range -> !range.isBlank())
                .map(range -> Ipv4Range.parse(range.strip()))
                .toList();
    }
}
