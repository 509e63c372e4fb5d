package org.datacapsule.agent.command;

import java.util.Optional;
import org.datacapsule.agent.hypervisor.CapsuleStorage;
import org.datacapsule.agent.hypervisor.GuestDomain;
import org.datacapsule.agent.hypervisor.Hypervisor;
import org.datacapsule.agent.observe.CapsuleObserver;
import org.datacapsule.common.capsule.CapsuleEvent.Found;
import org.datacapsule.common.id.CapsuleId;

/**
 * What a host still has of a capsule that was to leave it. A disk file without its guest looks the same whether the guest
 * left or ended; only where it never began to leave it is known to have ended.
 */
final class Remains {
    private final Hypervisor hypervisor;
    private final CapsuleStorage storage;
    private final CapsuleObserver observer;

    Remains(Hypervisor hypervisor, CapsuleStorage storage, CapsuleObserver observer) {
        this.hypervisor = hypervisor;
        this.storage = storage;
        this.observer = observer;
    }

    /** Answers UNSAID where the guest may be on another host. */
    Found of(CapsuleId capsule) {
        Optional<GuestDomain> guest = hypervisor.find(capsule);
        boolean isKnown = guest.isPresent() ? guest.get().running() : !storage.isLeaving(capsule);
        return isKnown ? observer.found(capsule) : Found.UNSAID;
    }
}
