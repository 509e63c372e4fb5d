package org.datacapsule.agent;

import java.util.Optional;
import org.datacapsule.agent.hypervisor.CapsuleNetwork;
import org.datacapsule.agent.hypervisor.CapsuleStorage;
import org.datacapsule.agent.hypervisor.HostCalls;
import org.datacapsule.agent.hypervisor.Hypervisor;
import org.datacapsule.agent.hypervisor.ImageShelf;
import org.datacapsule.agent.hypervisor.ImageSupply;
import org.datacapsule.agent.hypervisor.Whereabouts;
import org.datacapsule.agent.simulated.SimulatedHost;

/**
 * The host an agent works on.
 *
 * @param whereabouts what other hosts need to know of it
 * @param shelf its image files; absent where it has only names of images
 * @param supply gets it the images it lacks
 * @param calls of other hosts
 * @param close what has to be let go of at the end, such as the connection to libvirt
 */
public record HostParts(
        Hypervisor hypervisor,
        CapsuleNetwork network,
        CapsuleStorage storage,
        Whereabouts whereabouts,
        Optional<ImageShelf> shelf,
        ImageSupply supply,
        HostCalls calls,
        Runnable close) {

    /** A host that fetches no images. */
    public HostParts(
            Hypervisor hypervisor,
            CapsuleNetwork network,
            CapsuleStorage storage,
            Whereabouts whereabouts,
            HostCalls calls,
            Runnable close) {
        this(hypervisor, network, storage, whereabouts, Optional.empty(), ImageSupply.NONE, calls, close);
    }

    /** With these image files. */
    public HostParts with(ImageShelf images) {
        return new HostParts(hypervisor, network, storage, whereabouts, Optional.of(images), supply, calls, close);
    }

    /** That gets what it lacks so. */
    HostParts with(ImageSupply another) {
        return new HostParts(hypervisor, network, storage, whereabouts, shelf, another, calls, close);
    }

    public static HostParts simulated(SimulatedHost host) {
        return new HostParts(
                host.hypervisor(), host.network(), host.storage(), host.whereabouts(), HostCalls.NONE, () -> {});
    }
}
