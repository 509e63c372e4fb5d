package org.datacapsule.agent.command;

import java.util.function.Consumer;
import org.datacapsule.agent.hypervisor.CapsuleNetwork;
import org.datacapsule.agent.hypervisor.CapsuleStorage;
import org.datacapsule.agent.hypervisor.GuestDomain;
import org.datacapsule.agent.hypervisor.Home;
import org.datacapsule.agent.hypervisor.Hypervisor;
import org.datacapsule.agent.hypervisor.PolicyInForce;
import org.datacapsule.agent.hypervisor.ReleaseDesk;
import org.datacapsule.agent.hypervisor.Whereabouts;
import org.datacapsule.agent.step.Step;
import org.datacapsule.common.error.ErrorCode;
import org.datacapsule.common.error.ProblemException;
import org.datacapsule.common.id.CapsuleId;
import org.datacapsule.common.wire.CapsuleSpec;

/** The ways out of secure mode: back to the checkpoint, or to no guest at all. Either leaves nothing the guest learned there. */
final class SecureExit {
    private final Hypervisor hypervisor;
    private final CapsuleNetwork network;
    private final CapsuleStorage storage;
    private final Whereabouts here;
    private final ReleaseDesk releases;

    SecureExit(
            Hypervisor hypervisor,
            CapsuleNetwork network,
            CapsuleStorage storage,
            Whereabouts here,
            ReleaseDesk releases) {
        this.hypervisor = hypervisor;
        this.network = network;
        this.storage = storage;
        this.here = here;
        this.releases = releases;
    }

    /** Whether the guest is out of secure mode already, and whole. */
    boolean isOut(CapsuleSpec spec) {
        return hypervisor
                .find(spec.id())
                .filter(guest -> guest.running()
                        && network.isMaintenance(guest.filter())
                        && !guest.hasSecureParts(storage.disk(spec.id())))
                .isPresent();
    }

    /**
     * The guest of the checkpoint runs under the maintenance policy. The process that saw restricted data ends first, and
     * everything it could write to but the secure volume is gone before the new one starts.
     *
     * @param generation the capsule's
     * @param reached told of each step
     * @throws ProblemException when the guest cannot be restored; then no guest runs
     */
    PolicyInForce backToCheckpoint(CapsuleSpec spec, long generation, Consumer<Step> reached) {
        if (!isOut(spec)) {
            endGuest(spec.id());
            reached.accept(Step.MAINTENANCE_GUEST_ENDED);
            storage.dropSecureOverlay(spec.id());
            reached.accept(Step.MAINTENANCE_OVERLAY_DROPPED);
            if (!storage.hasCheckpoint(spec.id())) {
                throw new ProblemException(
                        ErrorCode.HOST_CAPSULE_MISSING,
                        "The checkpoint of before secure mode is gone; launch the capsule.");
            }
            network.openSsh(spec);
            reached.accept(Step.MAINTENANCE_SSH_OPENED);
            hypervisor.restore(spec.id(), storage.checkpoint(spec.id()), home(spec, generation));
            reached.accept(Step.MAINTENANCE_GUEST_RESTORED);
        }
        PolicyInForce policy = verify(spec);
        reached.accept(Step.MAINTENANCE_POLICY_VERIFIED);
        storage.dropSecure(spec.id());
        reached.accept(Step.MAINTENANCE_CHECKPOINT_DROPPED);
        return policy;
    }

    private Home home(CapsuleSpec spec, long generation) {
        return here.home(
                spec,
                storage.disk(spec.id()),
                storage.releaseSocket(spec.id()),
                network.maintenanceFilter(spec.type()),
                generation);
    }

    /** No guest, and no way in; the checkpoint stays, so that it can be tried again. */
    void toNothing(CapsuleSpec spec) {
        endGuest(spec.id());
        storage.dropSecureOverlay(spec.id());
        network.closeSsh(spec);
    }

    /** What the guest holds back for its secure volume is written first, where the guest is willing. */
    private void endGuest(CapsuleId capsule) {
        releases.close(capsule);
        hypervisor.find(capsule).ifPresent(guest -> {
            if (guest.attached().contains(GuestDomain.Attachment.SECURE_VOLUME)) {
                hypervisor.flush(capsule);
            }
            hypervisor.destroy(capsule);
        });
    }

    private PolicyInForce verify(CapsuleSpec spec) {
        GuestDomain guest = hypervisor
                .find(spec.id())
                .filter(GuestDomain::running)
                .orElseThrow(() -> new ProblemException(
                        ErrorCode.HOST_HYPERVISOR_FAILED, "The guest ended as soon as it was restored."));
        return network.verify(spec, guest.filter(), guest.tap());
    }
}
