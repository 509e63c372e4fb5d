package org.datacapsule.agent.config;

import java.time.Duration;
import java.util.List;
import org.datacapsule.common.config.Settings;

/**
 * How the agent keeps in touch with the routers.
 *
 * @param heartbeat from one heartbeat to the next
 * @param address of this host on the management network
 * @param doors {@code host:port} where the routers are called
 * @param rejoinAfter how long heartbeats may go unanswered before the agent calls all routers anew
 */
public record LinkConfig(String address, List<String> doors, Duration heartbeat, Duration rejoinAfter) {

    public LinkConfig {
        doors = List.copyOf(doors);
    }

    static LinkConfig from(Settings settings) {
        String address = settings.required("bus.host", "IP address of this host on the management network");
        List<String> doors = settings.list(
                "bus.routers", "host:port of every router, as their bus.host and bus.door-port say", List.of());
        if (doors.isEmpty()) {
            settings.reject("bus.routers is empty: at least one router's host:port is needed");
        }
        Duration heartbeat =
                settings.duration("heartbeat.interval", "from one sign of life to the next", Duration.ofSeconds(2));
        Duration rejoinAfter = settings.duration(
                "bus.rejoin-after",
                "how long signs of life may go unanswered before the agent calls all routers anew",
                Duration.ofSeconds(5));
        if (!heartbeat.isPositive() || rejoinAfter.compareTo(heartbeat) <= 0) {
            settings.reject("bus.rejoin-after must be longer than heartbeat.interval, and that longer than 0");
        }
        return new LinkConfig(address, doors, heartbeat, rejoinAfter);
    }
}
