package org.datacapsule.devkit.fleet;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What a fleet is to be like.
 *
 * @param simulated whether the host is one in the agent's memory; it forgets its guests when the agent ends
 * @param router settings that differ from the fleet's usual ones
 * @param agent likewise
 * @param java options of the Java that runs both programs
 */
public record FleetPlan(boolean simulated, Map<String, String> router, Map<String, String> agent, List<String> java) {
    public FleetPlan {
        java = List.copyOf(java);
        router = Map.copyOf(router);
        agent = Map.copyOf(agent);
    }

    /** Real guests on this machine's libvirt. */
    public static FleetPlan onLibvirt() {
        return new FleetPlan(false, Map.of(), Map.of(), Program.FOR_SHORT_RUNS);
    }

    /** Guests that are entries in the agent's memory. */
    public static FleetPlan onSimulatedHost() {
        return new FleetPlan(true, Map.of(), Map.of(), Program.FOR_SHORT_RUNS);
    }

    public FleetPlan withRouter(String key, String value) {
        return new FleetPlan(simulated, with(router, key, value), agent, java);
    }

    public FleetPlan withAgent(String key, String value) {
        return new FleetPlan(simulated, router, with(agent, key, value), java);
    }

    /** For programs that run until they are warm: Java as the operator's guide starts it. */
    public FleetPlan asDeployed() {
        return new FleetPlan(simulated, router, agent, List.of());
    }

    private static Map<String, String> with(Map<String, String> settings, String key, String value) {
        Map<String, String> more = new LinkedHashMap<>(settings);
        more.put(key, value);
        return more;
    }
}
