package org.datacapsule.devkit.fleet;

import java.util.LinkedHashMap;
import java.util.Map;

/**
 * What a fleet is to be like.
 *
 * @param simulated whether the host is one in the agent's memory; it forgets its guests when the agent ends
 * @param router settings that differ from the fleet's usual ones
 * @param agent likewise
 */
public record FleetPlan(boolean simulated, Map<String, String> router, Map<String, String> agent) {
    public FleetPlan {
        router = Map.copyOf(router);
        agent = Map.copyOf(agent);
    }

    /** Real guests on this machine's libvirt. */
    public static FleetPlan onLibvirt() {
        return new FleetPlan(false, Map.of(), Map.of());
    }

    /** Guests that are entries in the agent's memory. */
    public static FleetPlan onSimulatedHost() {
        return new FleetPlan(true, Map.of(), Map.of());
    }

    public FleetPlan withRouter(String key, String value) {
        return new FleetPlan(simulated, with(router, key, value), agent);
    }

    public FleetPlan withAgent(String key, String value) {
        return new FleetPlan(simulated, router, with(agent, key, value));
    }

    private static Map<String, String> with(Map<String, String> settings, String key, String value) {
        Map<String, String> more = new LinkedHashMap<>(settings);
        more.put(key, value);
        return more;
    }
}
