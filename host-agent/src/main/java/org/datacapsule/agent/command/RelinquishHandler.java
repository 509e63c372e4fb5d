package org.datacapsule.agent.command;

import org.datacapsule.agent.hypervisor.CapsuleNetwork;
import org.datacapsule.agent.hypervisor.CapsuleStorage;
import org.datacapsule.agent.hypervisor.Hypervisor;
import org.datacapsule.agent.hypervisor.ReleaseDesk;
import org.datacapsule.agent.step.Step;
import org.datacapsule.common.id.CapsuleId;
import org.datacapsule.common.wire.CapsuleSpec;
import org.datacapsule.common.wire.Command.Relinquish;
import org.datacapsule.common.wire.Outcome.Succeeded;

/** The capsule lives elsewhere: nothing of it works here any more, and its files are kept for whoever decides about them. */
final class RelinquishHandler implements CommandHandler<Relinquish> {
    private final Hypervisor hypervisor;
    private final CapsuleNetwork network;
    private final CapsuleStorage storage;
    private final ReleaseDesk releases;

    RelinquishHandler(Hypervisor hypervisor, CapsuleNetwork network, CapsuleStorage storage, ReleaseDesk releases) {
        this.hypervisor = hypervisor;
        this.network = network;
        this.storage = storage;
        this.releases = releases;
    }

    @Override
    public Succeeded handle(Relinquish command, Operation operation) {
        CapsuleId capsule = command.spec().id();
        // Its ports are those it had here, whatever they are elsewhere.
        CapsuleSpec here = storage.spec(capsule).orElse(command.spec());
        releases.close(capsule);
        if (hypervisor.find(capsule).isPresent()) {
            hypervisor.destroy(capsule);
        }
        operation.reached(Step.RELINQUISH_GUEST_GONE);
        network.closeSsh(here);
        if (!isAnothersAddress(here)) {
            network.releaseLease(here);
        }
        operation.reached(Step.RELINQUISH_WAY_CLOSED);
        storage.dropSecure(capsule);
        storage.setAside(capsule, operation.ref().generation());
        operation.reached(Step.RELINQUISH_FILES_SET_ASIDE);
        return Succeeded.DONE;
    }

    /** Of a capsule that was deleted long ago the address may have been given again. */
    private boolean isAnothersAddress(CapsuleSpec spec) {
        return storage.all().stream()
                .filter(other -> !other.equals(spec.id()))
                .flatMap(other -> storage.spec(other).stream())
                .anyMatch(other -> other.guest().equals(spec.guest()));
    }
}
