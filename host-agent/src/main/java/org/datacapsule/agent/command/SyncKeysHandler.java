package org.datacapsule.agent.command;

import java.util.Optional;
import org.datacapsule.agent.hypervisor.CapsuleNetwork;
import org.datacapsule.agent.hypervisor.GuestDomain;
import org.datacapsule.agent.hypervisor.Hypervisor;
import org.datacapsule.agent.step.Step;
import org.datacapsule.common.wire.Command.SyncKeys;
import org.datacapsule.common.wire.Outcome.Succeeded;

/**
 * The keys in a running guest are those given, and who lost access is out. A stopped guest gets them at its launch, and one
 * in secure mode when it is back: there is no way in by SSH meanwhile, and nothing is asked of its agent.
 */
final class SyncKeysHandler implements CommandHandler<SyncKeys> {
    private final Hypervisor hypervisor;
    private final CapsuleNetwork network;

    SyncKeysHandler(Hypervisor hypervisor, CapsuleNetwork network) {
        this.hypervisor = hypervisor;
        this.network = network;
    }

    @Override
    public Succeeded handle(SyncKeys sync, Operation operation) {
        Optional<GuestDomain> guest =
                hypervisor.find(sync.spec().id()).filter(GuestDomain::running).filter(this::isInMaintenance);
        if (guest.isEmpty()) {
            return Succeeded.DONE;
        }
        hypervisor.setAuthorizedKeys(sync.spec().id(), sync.userName(), sync.sshKeys());
        operation.reached(Step.SYNC_KEYS_SET);
        if (sync.endSessions()) {
            // After the keys are in place: a session ended before could be opened again with the old ones.
            network.endSshSessions(sync.spec());
            operation.reached(Step.SYNC_KEYS_SESSIONS_ENDED);
        }
        return Succeeded.DONE;
    }

    private boolean isInMaintenance(GuestDomain guest) {
        return !network.isSecure(guest.filter()) && guest.attached().isEmpty();
    }
}
