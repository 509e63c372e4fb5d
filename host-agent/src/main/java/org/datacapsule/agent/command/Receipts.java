package org.datacapsule.agent.command;

import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.datacapsule.agent.hypervisor.PolicyInForce;
import org.datacapsule.agent.step.OperationRef;
import org.datacapsule.common.capsule.CapsuleMode;
import org.datacapsule.common.signing.ReceiptSigner;
import org.datacapsule.common.wire.CapsuleSpec;
import org.datacapsule.common.wire.ModeReceipt;
import org.datacapsule.common.wire.Outcome.Succeeded;
import org.datacapsule.common.wire.SignedReceipt;
import org.datacapsule.common.wire.WireJson;

/** Writes what this host testifies of changes of mode. */
final class Receipts {
    private static final List<String> GONE = List.of(
            "libvirt has no guest of the capsule",
            "what the guest wrote in secure mode, but to its volume, is deleted");

    private static final String ARRIVED =
            "the guest came from another host with its secure volume, and has not run here yet";

    private final ReceiptSigner signer;
    private final InstantSource clock;

    Receipts(ReceiptSigner signer, InstantSource clock) {
        this.signer = signer;
        this.clock = clock;
    }

    /** Of a policy that was verified just now, with no volume attached. */
    ModeReceipt of(CapsuleSpec spec, OperationRef operation, CapsuleMode mode, PolicyInForce policy) {
        return new ModeReceipt(
                spec.id(),
                operation.host(),
                operation.operation(),
                operation.generation(),
                mode,
                Optional.of(policy.policy()),
                Optional.of(policy.policyHash()),
                Optional.of(policy.rulesHash()),
                policy.verified(),
                clock.instant(),
                Optional.empty());
    }

    /** Of a guest in secure mode that has come from another host with its volume, and stands still. */
    ModeReceipt ofArrival(CapsuleSpec spec, OperationRef operation, PolicyInForce policy) {
        List<String> verified = new ArrayList<>(policy.verified());
        verified.add(ARRIVED);
        return of(
                spec,
                operation,
                CapsuleMode.SECURE,
                new PolicyInForce(policy.policy(), policy.policyHash(), policy.rulesHash(), verified));
    }

    /** The same, after the volume was attached just now, or a guest that came with it was let go on. */
    ModeReceipt attached(ModeReceipt before) {
        return new ModeReceipt(
                before.capsule(),
                before.host(),
                before.operation(),
                before.generation(),
                before.mode(),
                before.policy(),
                before.policyHash(),
                before.rulesHash(),
                before.verified(),
                before.verifiedAt(),
                Optional.of(clock.instant()));
    }

    /**
     * Of a guest that is gone, with all it wrote in secure mode. The same again, when the operation has said so before.
     *
     * @param evidence that it was in secure mode, or of its end
     * @return empty when it was not in secure mode, or an earlier operation has told of its end
     */
    Optional<ModeReceipt> ofEnd(CapsuleSpec spec, OperationRef operation, Optional<String> evidence) {
        Optional<ModeReceipt> before = evidence.map(text -> WireJson.read(text, ModeReceipt.class));
        if (before.filter(receipt -> receipt.mode() == CapsuleMode.NOT_DEFINED).isPresent()) {
            return before.filter(receipt -> receipt.operation().equals(operation.operation()));
        }
        return before.map(secure -> new ModeReceipt(
                spec.id(),
                operation.host(),
                operation.operation(),
                operation.generation(),
                CapsuleMode.NOT_DEFINED,
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                GONE,
                clock.instant(),
                Optional.empty()));
    }

    /** The outcome of a command that ended a guest. */
    Succeeded succeeded(Optional<ModeReceipt> end) {
        return end.map(receipt -> Succeeded.with(sign(receipt))).orElse(Succeeded.DONE);
    }

    SignedReceipt sign(ModeReceipt receipt) {
        return signer.sign(receipt);
    }
}
