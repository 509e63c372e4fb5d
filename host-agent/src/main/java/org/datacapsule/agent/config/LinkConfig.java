package org.datacapsule.agent.config;

import java.time.Duration;
import java.util.List;
import org.datacapsule.common.bus.BusConfig;
import org.datacapsule.common.config.Settings;

/**
 * How the agent keeps in touch with the routers.
 *
 * @param heartbeat from one heartbeat to the next
 * @param rejoinAfter how long heartbeats may go unanswered before the agent leaves the cluster and joins again
 */
public record LinkConfig(BusConfig bus, Duration heartbeat, Duration rejoinAfter) {
    private static final int HIGHEST_PORT = 65_535;

    static LinkConfig from(Settings settings) {
        BusConfig bus = new BusConfig(
                settings.text("bus.cluster-name", "name of the cluster; the same as the routers'", "datacapsule"),
                settings.required("bus.host", "IP address of this host on the management network"),
                settings.integer(
                        "bus.port", "TCP port of this agent as a member of the cluster", 5701, 1, HIGHEST_PORT),
                settings.list(
                        "bus.members", "host:port of every router, as their bus.host and bus.port say", List.of()),
                true);
        if (bus.members().isEmpty()) {
            settings.reject("bus.members is empty: at least one router's host:port is needed");
        }
        Duration heartbeat =
                settings.duration("heartbeat.interval", "from one sign of life to the next", Duration.ofSeconds(2));
        Duration rejoinAfter = settings.duration(
                "bus.rejoin-after",
                "how long signs of life may go unanswered before the agent leaves the cluster and joins again",
                Duration.ofSeconds(5));
        if (!heartbeat.isPositive() || rejoinAfter.compareTo(heartbeat) <= 0) {
            settings.reject("bus.rejoin-after must be longer than heartbeat.interval, and that longer than 0");
        }
        return new LinkConfig(bus, heartbeat, rejoinAfter);
    }
}
