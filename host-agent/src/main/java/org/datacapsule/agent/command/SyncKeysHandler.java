package org.datacapsule.agent.command;

import org.datacapsule.agent.hypervisor.CapsuleNetwork;
import org.datacapsule.agent.hypervisor.GuestDomain;
import org.datacapsule.agent.hypervisor.Hypervisor;
import org.datacapsule.agent.step.Step;
import org.datacapsule.common.wire.Command.SyncKeys;
import org.datacapsule.common.wire.Outcome.Succeeded;

/** The keys in a running guest are those given, and who lost access is out; a stopped guest gets them at its launch. */
final class SyncKeysHandler implements CommandHandler<SyncKeys> {
    private final Hypervisor hypervisor;
    private final CapsuleNetwork network;

    SyncKeysHandler(Hypervisor hypervisor, CapsuleNetwork network) {
        this.hypervisor = hypervisor;
        this.network = network;
    }

    @Override
    public Succeeded handle(SyncKeys sync, Operation operation) {
        if (hypervisor.find(sync.spec().id()).filter(GuestDomain::running).isEmpty()) {
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
}
