package org.datacapsule.devkit.fleet;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What a fleet is to be like.
 *
 * @param guests what the host's are
 * @param router settings that differ from the fleet's usual ones
 * @param agent likewise
 * @param java options of the Java that runs both programs
 */
public record FleetPlan(Guests guests, Map<String, String> router, Map<String, String> agent, List<String> java) {
    public FleetPlan {
        java = List.copyOf(java);
        router = Map.copyOf(router);
        agent = Map.copyOf(agent);
    }

    /** What a guest is. */
    public enum Guests {
        REAL,
        /** Of QEMU, with nothing on its disk to boot. */
        BLANK,
        SIMULATED
    }

    /** Real guests on this machine's libvirt. */
    public static FleetPlan onLibvirt() {
        return new FleetPlan(Guests.REAL, Map.of(), Map.of(), Program.FOR_SHORT_RUNS);
    }

    /** Guests on this machine's libvirt with empty disks: all that a host does with them, and no time for what they do. */
    public static FleetPlan onLibvirtWithBlankGuests() {
        return new FleetPlan(Guests.BLANK, Map.of(), Map.of(), Program.FOR_SHORT_RUNS);
    }

    /** Guests that are entries in the agent's memory; it forgets them when it ends. */
    public static FleetPlan onSimulatedHost() {
        return new FleetPlan(Guests.SIMULATED, Map.of(), Map.of(), Program.FOR_SHORT_RUNS);
    }

    boolean simulated() {
        return guests == Guests.SIMULATED;
    }

    public FleetPlan withRouter(String key, String value) {
        return new FleetPlan(guests, with(router, key, value), agent, java);
    }

    public FleetPlan withAgent(String key, String value) {
        return new FleetPlan(guests, router, with(agent, key, value), java);
    }

    /** For programs that run until they are warm: Java as the operator's guide starts it. */
    public FleetPlan asDeployed() {
        return new FleetPlan(guests, router, agent, List.of());
    }

    private static Map<String, String> with(Map<String, String> settings, String key, String value) {
        Map<String, String> more = new LinkedHashMap<>(settings);
        more.put(key, value);
        return more;
    }
}
