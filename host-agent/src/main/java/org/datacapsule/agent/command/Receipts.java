package org.datacapsule.agent.command;

import java.time.InstantSource;
import java.util.Optional;
import org.datacapsule.agent.hypervisor.PolicyInForce;
import org.datacapsule.agent.step.OperationRef;
import org.datacapsule.common.capsule.CapsuleMode;
import org.datacapsule.common.signing.ReceiptSigner;
import org.datacapsule.common.wire.CapsuleSpec;
import org.datacapsule.common.wire.ModeReceipt;
import org.datacapsule.common.wire.SignedReceipt;

/** Writes what this host testifies of changes of mode. */
final class Receipts {
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

    /** The same, after the volume was attached just now. */
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

    SignedReceipt sign(ModeReceipt receipt) {
        return signer.sign(receipt);
    }
}
