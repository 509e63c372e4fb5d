package org.datacapsule.agent;

import java.util.Optional;
import java.util.function.BooleanSupplier;
import org.datacapsule.agent.hypervisor.CapsuleNetwork;
import org.datacapsule.agent.hypervisor.CapsuleStorage;
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
 * @param certificatesChanged has those of the machine that keep them in memory read certificates for links to other hosts, and the list
 *     of those that are revoked; answers whether they did
 * @param close what has to be let go of at the end, such as the connection to libvirt
 */
public record HostParts(
        Hypervisor hypervisor,
        CapsuleNetwork network,
        CapsuleStorage storage,
        Whereabouts whereabouts,
        Optional<ImageShelf> shelf,
        ImageSupply supply,
        BooleanSupplier certificatesChanged,
        Runnable close) {

    /** A host that fetches no images. */
    public HostParts(
            Hypervisor hypervisor,
            CapsuleNetwork network,
            CapsuleStorage storage,
            Whereabouts whereabouts,
            BooleanSupplier certificatesChanged,
            Runnable close) {
        this(hypervisor, network, storage, whereabouts, Optional.empty(), ImageSupply.NONE, certificatesChanged, close);
    }

    /** With these image files. */
    public HostParts with(ImageShelf images) {
        return new HostParts(
                hypervisor, network, storage, whereabouts, Optional.of(images), supply, certificatesChanged, close);
    }

    /** That gets what it lacks so. */
    HostParts with(ImageSupply another) {
        return new HostParts(hypervisor, network, storage, whereabouts, shelf, another, certificatesChanged, close);
    }

    public static HostParts simulated(SimulatedHost host) {
        return new HostParts(
                host.hypervisor(), host.network(), host.storage(), host.whereabouts(), () -> true, () -> {});
    }
}
