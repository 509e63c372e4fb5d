package org.datacapsule.agent.config;

import org.datacapsule.common.config.Settings;
import org.datacapsule.common.id.HostId;
import org.datacapsule.common.wire.PortRange;

/** The host's name, where users reach it, and what it has for capsules. */
public record HostConfig(HostId name, String address, PortRange ports, int memoryReserveMb) {
    private static final int SSH_FIRST = 20_000;
    private static final int VNC_FIRST = 5_900;
    private static final int COUNT = 500;
    private static final int HIGHEST_PORT = 65_535;

    static HostConfig from(Settings settings) {
        HostId name = settings.required(
                "host.name",
                "the host's name in the cluster, unique: a to z, 0 to 9, dot and hyphen",
                HostId::new,
                new HostId("unnamed"));
        String address = settings.required(
                "host.address", "name or IP address under which users reach the ssh and vnc ports of this host");
        PortRange ports = ports(settings);
        int memoryReserveMb = settings.integer(
                "memory.reserve-mb", "MiB of the host's memory that capsules do not get", 1024, 0, 1 << 24);
        return new HostConfig(name, address, ports, memoryReserveMb);
    }

    private static PortRange ports(Settings settings) {
        int ssh = settings.integer(
                "ports.ssh-first",
                "first of the TCP ports that lead to the guests' port 22",
                SSH_FIRST,
                1024,
                HIGHEST_PORT);
        int vnc = settings.integer(
                "ports.vnc-first",
                "first of the TCP ports the guests' screens are served on",
                VNC_FIRST,
                VNC_FIRST,
                HIGHEST_PORT);
        int count = settings.integer(
                "ports.count", "how many pairs of ports there are, one for each capsule", COUNT, 1, HIGHEST_PORT);
        try {
            return new PortRange(ssh, vnc, count);
        } catch (IllegalArgumentException e) {
            settings.reject("ports.ssh-first, ports.vnc-first and ports.count do not go together: " + e.getMessage());
            return new PortRange(SSH_FIRST, VNC_FIRST, COUNT);
        }
    }
}
