package org.datacapsule.agent.command;

import java.nio.file.Path;
import org.datacapsule.agent.hypervisor.CapsuleNetwork;
import org.datacapsule.agent.hypervisor.CapsuleStorage;
import org.datacapsule.agent.hypervisor.GuestDomain;
import org.datacapsule.agent.hypervisor.GuestDomain.Attachment;
import org.datacapsule.agent.hypervisor.Hypervisor;
import org.datacapsule.agent.hypervisor.PolicyInForce;
import org.datacapsule.agent.hypervisor.ReleaseDesk;
import org.datacapsule.agent.step.Step;
import org.datacapsule.common.capsule.CapsuleMode;
import org.datacapsule.common.error.ErrorCode;
import org.datacapsule.common.error.ProblemException;
import org.datacapsule.common.wire.CapsuleSpec;
import org.datacapsule.common.wire.ModeReceipt;
import org.datacapsule.common.wire.SignedReceipt;
import org.datacapsule.common.wire.WireJson;

/**
 * A guest that has come in secure mode stands still, its volume attached, until its policy is verified here; then it goes
 * on. What was verified is written down before, so that a guest that runs is known to have been let go on by us.
 */
final class SecureArrival {
    private final Hypervisor hypervisor;
    private final CapsuleNetwork network;
    private final CapsuleStorage storage;
    private final ReleaseDesk releases;
    private final Receipts receipts;

    SecureArrival(
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

    SignedReceipt welcome(CapsuleSpec spec, GuestDomain guest, Operation operation) {
        String filter = network.secureFilter(spec.type());
        if (!guest.filter().equals(filter)) {
            throw notInForce("The guest arrived under another network policy than secure mode's.");
        }
        if (!guest.attached().contains(Attachment.SECURE_VOLUME) || !storage.hasCheckpoint(spec.id())) {
            throw notInForce("The guest arrived without its secure volume, or without the checkpoint of before.");
        }
        PolicyInForce policy = network.verify(spec, filter, guest.tap());
        ModeReceipt verified =
                guest.running() ? verifiedBefore(spec, operation) : receipts.ofArrival(spec, operation.ref(), policy);
        storage.keepEvidence(spec.id(), WireJson.text(verified));
        operation.reached(Step.TAKE_OVER_POLICY_VERIFIED);
        hypervisor.resume(spec.id());
        ModeReceipt receipt = receipts.attached(verified);
        operation.reached(Step.TAKE_OVER_RESUMED);
        hypervisor.forgetKey(spec.id());
        storage.welcome(spec.id());
        Path socket = storage.releaseSocket(spec.id());
        releases.open(spec.id(), operation.ref().generation(), socket);
        return receipts.sign(receipt);
    }

    /** By an earlier run of the same operation, before it let the guest go on. */
    private ModeReceipt verifiedBefore(CapsuleSpec spec, Operation operation) {
        return storage.evidence(spec.id())
                .map(text -> WireJson.read(text, ModeReceipt.class))
                .filter(receipt -> receipt.mode() == CapsuleMode.SECURE
                        && receipt.operation().equals(operation.ref().operation()))
                .orElseThrow(() -> notInForce("The guest runs, and no record says what was verified before."));
    }

    private static ProblemException notInForce(String why) {
        return new ProblemException(ErrorCode.HOST_POLICY_NOT_IN_FORCE, why);
    }
}
