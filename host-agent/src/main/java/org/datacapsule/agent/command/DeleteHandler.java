package org.datacapsule.agent.command;

import java.util.Optional;
import org.datacapsule.agent.hypervisor.CapsuleNetwork;
import org.datacapsule.agent.hypervisor.CapsuleStorage;
import org.datacapsule.agent.hypervisor.Hypervisor;
import org.datacapsule.agent.hypervisor.ReleaseDesk;
import org.datacapsule.agent.step.Step;
import org.datacapsule.common.wire.CapsuleSpec;
import org.datacapsule.common.wire.Command.Delete;
import org.datacapsule.common.wire.ModeReceipt;
import org.datacapsule.common.wire.Outcome.Succeeded;

/** Nothing is left of the capsule but the journal's tombstone, which is the finished entry of this very command. */
final class DeleteHandler implements CommandHandler<Delete> {
    private final Hypervisor hypervisor;
    private final CapsuleNetwork network;
    private final CapsuleStorage storage;
    private final ReleaseDesk releases;
    private final Receipts receipts;

    DeleteHandler(
            Hypervisor hypervisor,
            CapsuleNetwork network,
            CapsuleStorage storage,
            ReleaseDesk releases,
            Receipts receipts) {
        this.hypervisor = hypervisor;
        this.network = network;
        this.storage = storage;
        this.releases = releases;
        this.receipts = receipts;
    }

    @Override
    public Succeeded handle(Delete delete, Operation operation) {
        return receipts.succeeded(remove(delete.spec(), operation));
    }

    /** Of a capsule that lives elsewhere: what it did in secure mode has not ended with this. */
    Succeeded evict(CapsuleSpec spec, Operation operation) {
        remove(spec, operation);
        return Succeeded.DONE;
    }

    private Optional<ModeReceipt> remove(CapsuleSpec spec, Operation operation) {
        releases.close(spec.id());
        hypervisor.forgetKey(spec.id());
        if (hypervisor.find(spec.id()).isPresent()) {
            hypervisor.destroy(spec.id());
        }
        operation.reached(Step.DELETE_DOMAIN_DESTROYED);
        network.closeSsh(spec);
        operation.reached(Step.DELETE_SSH_CLOSED);
        network.releaseLease(spec);
        operation.reached(Step.DELETE_LEASE_RELEASED);
        Optional<String> evidence =
                hypervisor.find(spec.id()).isEmpty() ? storage.evidence(spec.id()) : Optional.empty();
        storage.delete(spec.id());
        // A run that was cut off here has nothing left to tell it from.
        Optional<ModeReceipt> end = receipts.ofEnd(spec, operation.ref(), evidence);
        operation.reached(Step.DELETE_FILES_DELETED);
        return end;
    }
}
