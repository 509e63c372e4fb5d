package org.datacapsule.agent.simulated;

import java.util.Set;
import java.util.UUID;
import org.datacapsule.agent.hypervisor.HostFacts;
import org.datacapsule.agent.hypervisor.Whereabouts;
import org.datacapsule.common.id.Sha256;

/** A whole host in memory. It outlives the agents that are put over it, as a real one does. */
public record SimulatedHost(
        Faults faults,
        SimulatedHypervisor hypervisor,
        SimulatedNetwork network,
        SimulatedStorage storage,
        Whereabouts whereabouts) {
    private static final int CPUS = 64;
    private static final int MEMORY_MB = 256 * 1024;
    private static final int DISK_GB = 4096;

    /** @param images what is in its cache */
    public static SimulatedHost with(Set<Sha256> images) {
        Faults faults = new Faults();
        SimulatedStorage storage = new SimulatedStorage(faults, images, DISK_GB);
        return new SimulatedHost(
                faults,
                new SimulatedHypervisor(
                        faults,
                        new HostFacts(CPUS, MEMORY_MB, "tcg", "simulated: no guest really runs"),
                        storage::isThere),
                new SimulatedNetwork(faults),
                storage,
                new Whereabouts("127.0.0.1", "simulated://" + UUID.randomUUID(), "simulated", "127.0.0.1"));
    }

    /** From now on guests and files can go from either of the two to the other. */
    public void meet(SimulatedHost other) {
        hypervisor.meet(other.whereabouts().libvirtUri(), other.hypervisor());
        storage.meet(other.whereabouts().libvirtUri(), other.storage());
        other.hypervisor().meet(whereabouts.libvirtUri(), hypervisor);
        other.storage().meet(whereabouts.libvirtUri(), storage);
    }
}
