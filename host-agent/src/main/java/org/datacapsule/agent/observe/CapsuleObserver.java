package org.datacapsule.agent.observe;

import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.datacapsule.agent.hypervisor.CapsuleNetwork;
import org.datacapsule.agent.hypervisor.CapsuleStorage;
import org.datacapsule.agent.hypervisor.GuestDomain;
import org.datacapsule.agent.hypervisor.Hypervisor;
import org.datacapsule.common.capsule.CapsuleEvent.Found;
import org.datacapsule.common.capsule.CapsuleType;
import org.datacapsule.common.id.CapsuleId;

/** What this host has of a capsule: its domain, its disk, and from the filter in force its mode. */
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
        return found(capsule, hypervisor.find(capsule), maintenanceFilters());
    }

    /** Of every capsule that has files or a domain here. */
    public Map<CapsuleId, Found> all() {
        Map<CapsuleId, GuestDomain> domains = hypervisor.all();
        Set<String> maintenance = maintenanceFilters();
        Map<CapsuleId, Found> found = new HashMap<>();
        storage.all().forEach(capsule -> found.put(capsule, found(capsule, Optional.empty(), maintenance)));
        domains.forEach((capsule, domain) -> found.put(capsule, found(capsule, Optional.of(domain), maintenance)));
        return found;
    }

    private Found found(CapsuleId capsule, Optional<GuestDomain> domain, Set<String> maintenance) {
        if (domain.isPresent() && domain.get().running()) {
            return maintenance.contains(domain.get().filter()) ? Found.RUNNING_IN_MAINTENANCE : Found.RUNNING_IN_SECURE;
        }
        return domain.isPresent() || storage.hasDisk(capsule) ? Found.STOPPED : Found.NOTHING;
    }

    /** All of them: a capsule's type may change while it runs, and its filter stays the one it was launched with. */
    private Set<String> maintenanceFilters() {
        return Arrays.stream(CapsuleType.values())
                .map(network::maintenanceFilter)
                .collect(Collectors.toUnmodifiableSet());
    }
}
