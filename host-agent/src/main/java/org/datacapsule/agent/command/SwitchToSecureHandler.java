package org.datacapsule.agent.command;

import java.nio.file.Path;
import java.util.Optional;
import org.datacapsule.agent.hypervisor.CapsuleNetwork;
import org.datacapsule.agent.hypervisor.CapsuleStorage;
import org.datacapsule.agent.hypervisor.GuestDomain;
import org.datacapsule.agent.hypervisor.GuestDomain.Attachment;
import org.datacapsule.agent.hypervisor.Hypervisor;
import org.datacapsule.agent.hypervisor.PolicyInForce;
import org.datacapsule.agent.hypervisor.ReleaseDesk;
import org.datacapsule.agent.step.Abandoned;
import org.datacapsule.agent.step.Step;
import org.datacapsule.common.capsule.CapsuleMode;
import org.datacapsule.common.error.ErrorCode;
import org.datacapsule.common.error.ProblemException;
import org.datacapsule.common.id.CapsuleId;
import org.datacapsule.common.wire.CapsuleSpec;
import org.datacapsule.common.wire.Command.SwitchToSecure;
import org.datacapsule.common.wire.ModeReceipt;
import org.datacapsule.common.wire.Outcome.Succeeded;
import org.datacapsule.common.wire.WireJson;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Into secure mode, in the one order that is safe: checkpoint, policy in force and verified, and only then the volume. A
 * failure leads back to the checkpoint; a run that was cut off is gone on with from what the host has.
 */
final class SwitchToSecureHandler implements CommandHandler<SwitchToSecure> {
    private static final Logger LOG = LoggerFactory.getLogger(SwitchToSecureHandler.class);

    private final Hypervisor hypervisor;
    private final CapsuleNetwork network;
    private final CapsuleStorage storage;
    private final ReleaseDesk releases;
    private final SecureExit exit;
    private final Receipts receipts;

    SwitchToSecureHandler(
            Hypervisor hypervisor,
            CapsuleNetwork network,
            CapsuleStorage storage,
            ReleaseDesk releases,
            SecureExit exit,
            Receipts receipts) {
        this.hypervisor = hypervisor;
        this.network = network;
        this.storage = storage;
        this.releases = releases;
        this.exit = exit;
        this.receipts = receipts;
    }

    @Override
    public Succeeded handle(SwitchToSecure command, Operation operation) {
        try {
            return enter(command, operation);
        } catch (Abandoned e) {
            throw e;
        } catch (ProblemException e) {
            // While libvirt is away nothing can be taken back; the next attempt goes on from here.
            if (e.problem().code() != ErrorCode.HOST_HYPERVISOR_UNAVAILABLE) {
                takeBack(command.spec(), operation);
            }
            throw e;
        } catch (RuntimeException | Error e) {
            takeBack(command.spec(), operation);
            throw e;
        }
    }

    private Succeeded enter(SwitchToSecure command, Operation operation) {
        CapsuleSpec spec = command.spec();
        // The type, which the policies go by, may be another than at the launch.
        storage.keepSpec(spec);
        takeCheckpoint(command, operation);
        String filter = network.secureFilter(spec.type());
        if (!guest(spec.id()).filter().equals(filter)) {
            hypervisor.setFilter(spec.id(), filter);
        }
        operation.reached(Step.SECURE_FILTER_SET);
        network.closeSsh(spec);
        network.cutConnections(spec);
        operation.reached(Step.SECURE_CONNECTIONS_CUT);
        ModeReceipt verified = verify(spec, filter, operation);
        operation.reached(Step.SECURE_POLICY_VERIFIED);
        hypervisor.attachVolume(spec.id(), storage.volume(spec.id(), command.volume()), command.volume());
        ModeReceipt receipt = receipts.attached(verified);
        operation.reached(Step.SECURE_VOLUME_ATTACHED);
        Path socket = storage.releaseSocket(spec.id());
        hypervisor.attachReleaseChannel(spec.id(), socket);
        releases.open(spec.id(), operation.ref().generation(), socket);
        operation.reached(Step.SECURE_CHANNEL_ATTACHED);
        return Succeeded.with(receipts.sign(receipt));
    }

    /** The guest writes to its secure overlay only once there is a whole checkpoint: libvirt does both or neither. */
    private void takeCheckpoint(SwitchToSecure command, Operation operation) {
        CapsuleId capsule = command.spec().id();
        if (guest(capsule).state() == GuestDomain.State.PAUSED) {
            hypervisor.resume(capsule);
        }
        if (guest(capsule).disk().equals(storage.disk(capsule))) {
            storage.dropSecure(capsule);
            storage.volume(capsule, command.volume());
            operation.reached(Step.SECURE_VOLUME_READY);
            hypervisor.flush(capsule);
            hypervisor.checkpoint(capsule, storage.checkpoint(capsule), storage.makeSecureOverlay(capsule));
        }
        operation.reached(Step.SECURE_CHECKPOINT_TAKEN);
    }

    /** What an earlier run verified before it attached the volume stands; that it still holds is verified now. */
    private ModeReceipt verify(CapsuleSpec spec, String filter, Operation operation) {
        GuestDomain guest = guest(spec.id());
        if (!guest.filter().equals(filter)) {
            throw new ProblemException(
                    ErrorCode.HOST_POLICY_NOT_IN_FORCE, "The guest's interface has another filter than secure mode's.");
        }
        PolicyInForce policy = network.verify(spec, filter, guest.tap());
        if (guest.attached().contains(Attachment.SECURE_VOLUME)) {
            Optional<ModeReceipt> before =
                    storage.evidence(spec.id()).map(text -> WireJson.read(text, ModeReceipt.class));
            return before.orElseThrow(() -> new ProblemException(
                    ErrorCode.HOST_POLICY_NOT_IN_FORCE,
                    "The volume is attached, and no record says what was verified before."));
        }
        ModeReceipt receipt = receipts.of(spec, operation.ref(), CapsuleMode.SECURE, policy);
        storage.keepEvidence(spec.id(), WireJson.text(receipt));
        return receipt;
    }

    private GuestDomain guest(CapsuleId capsule) {
        return hypervisor
                .find(capsule)
                .filter(guest -> guest.state() != GuestDomain.State.ENDING)
                .orElseThrow(() -> new ProblemException(
                        ErrorCode.HOST_CAPSULE_MISSING, "The guest is gone; it powered itself off, or crashed."));
    }

    /** Also goes on with a taking back that was cut off. A guest that ended by itself is led back too, as to before the switch. */
    private void takeBack(CapsuleSpec spec, Operation operation) {
        try {
            Optional<GuestDomain> guest = hypervisor.find(spec.id());
            if (guest.isPresent() && !guest.get().hasSecureParts(storage.disk(spec.id()))) {
                // No checkpoint came to be, so nothing after it was done.
                hypervisor.resume(spec.id());
                storage.dropSecure(spec.id());
            } else if (guest.isEmpty() && !storage.hasCheckpoint(spec.id())) {
                end(spec, operation);
            } else {
                exit.backToCheckpoint(
                        spec,
                        operation.ref().generation(),
                        step -> operation.steps().reached(step, operation.ref()));
            }
        } catch (ProblemException e) {
            operation
                    .ref()
                    .on(LOG.atError().setCause(e))
                    .log("cannot lead the guest back to its checkpoint, so it is ended");
            end(spec, operation);
        }
        operation.steps().reached(Step.SECURE_UNDONE, operation.ref());
    }

    private void end(CapsuleSpec spec, Operation operation) {
        try {
            exit.toNothing(spec);
            storage.dropSecure(spec.id());
        } catch (ProblemException e) {
            operation.ref().on(LOG.atError().setCause(e)).log("could not end the guest, after a failure");
        }
    }
}
