package org.datacapsule.agent;

import org.datacapsule.agent.hypervisor.CapsuleNetwork;
import org.datacapsule.agent.hypervisor.CapsuleStorage;
import org.datacapsule.agent.hypervisor.Hypervisor;
import org.datacapsule.agent.hypervisor.Whereabouts;
import org.datacapsule.agent.simulated.SimulatedHost;

/**
 * The host an agent works on.
 *
 * @param whereabouts what other hosts need to know of it
 * @param certificatesRenewed to be run when there are new ones for links to other hosts
 * @param close what has to be let go of at the end, such as the connection to libvirt
 */
public record HostParts(
        Hypervisor hypervisor,
        CapsuleNetwork network,
        CapsuleStorage storage,
        Whereabouts whereabouts,
        Runnable certificatesRenewed,
        Runnable close) {

    public static HostParts simulated(SimulatedHost host) {
        return new HostParts(host.hypervisor(), host.network(), host.storage(), host.whereabouts(), () -> {}, () -> {});
    }
}
