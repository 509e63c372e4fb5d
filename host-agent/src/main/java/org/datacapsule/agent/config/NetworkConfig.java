package org.datacapsule.agent.config;

import java.nio.file.Path;
import java.util.List;
import org.datacapsule.common.config.Settings;
import org.datacapsule.common.wire.GuestNetwork;

/**
 * The capsule network.
 *
 * @param name of libvirt's network
 * @param policies the directory of the policy files
 * @param deniedRanges networks in CIDR notation no guest reaches in either mode, whatever a policy allows
 */
public record NetworkConfig(String name, String bridge, GuestNetwork guests, Path policies, List<String> deniedRanges) {
    public NetworkConfig {
        deniedRanges = List.copyOf(deniedRanges);
    }

    static NetworkConfig from(Settings settings) {
        return new NetworkConfig(
                settings.text("network.name", "name of the capsule network in libvirt", "datacapsule"),
                settings.text("network.bridge", "name of the network's bridge, 15 characters at most", "dcbr0"),
                settings.parsed(
                        "network.guests",
                        "the capsules' private IPv4 network, the same on all hosts of a cluster",
                        "10.90.0.0/16",
                        GuestNetwork::parse),
                settings.parsed(
                        "network.policies",
                        "directory of the network policies; one that does not parse stops the agent",
                        "/etc/datacapsule/policies",
                        Path::of),
                settings.list(
                        "network.denied-ranges",
                        "networks in CIDR notation that no guest reaches, such as the management network",
                        List.of()));
    }
}
