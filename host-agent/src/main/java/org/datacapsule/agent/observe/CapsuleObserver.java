package org.datacapsule.agent.observe;

import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.datacapsule.agent.hypervisor.CapsuleNetwork;
import org.datacapsule.agent.hypervisor.CapsuleStorage;
import org.datacapsule.agent.hypervisor.GuestDomain;
import org.datacapsule.agent.hypervisor.Hypervisor;
import org.datacapsule.common.capsule.CapsuleEvent.Found;
import org.datacapsule.common.id.CapsuleId;

/** What this host has of a capsule: its domain, its disk, and from the filter and what is attached its mode. */
public final class CapsuleObserver {
    private final Hypervisor hypervisor;
    private final CapsuleNetwork network;
    private final CapsuleStorage storage;

    public CapsuleObserver(Hypervisor hypervisor, CapsuleNetwork network, CapsuleStorage storage) {
        this.hypervisor = hypervisor;
        this.network = network;
        this.storage = storage;
    }

    public Found found(CapsuleId capsule) {
        return found(capsule, hypervisor.find(capsule));
    }

    /** Of every capsule that has files or a domain here. */
    public Map<CapsuleId, Found> all() {
        Map<CapsuleId, GuestDomain> domains = hypervisor.all();
        Map<CapsuleId, Found> found = new HashMap<>();
        storage.all().forEach(capsule -> found.put(capsule, found(capsule, Optional.empty())));
        domains.forEach((capsule, domain) -> found.put(capsule, found(capsule, Optional.of(domain))));
        return found;
    }

    private Found found(CapsuleId capsule, Optional<GuestDomain> domain) {
        if (domain.isPresent() && domain.get().running()) {
            // A filter that is no policy's any more, since a file was renamed, must not pass for a network that is cut.
            boolean open =
                    !network.isSecure(domain.get().filter()) && !domain.get().hasSecureParts(storage.disk(capsule));
            return open ? Found.RUNNING_IN_MAINTENANCE : Found.RUNNING_IN_SECURE;
        }
        return domain.isPresent() || storage.hasDisk(capsule) ? Found.STOPPED : Found.NOTHING;
    }
}
