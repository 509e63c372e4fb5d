package org.datacapsule.common.wire;

import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.datacapsule.common.capsule.CapsuleMode;
import org.datacapsule.common.id.CapsuleId;
import org.datacapsule.common.id.HostId;
import org.datacapsule.common.id.OperationId;
import org.datacapsule.common.id.Sha256;

/**
 * What a host testifies of a change of mode, from what it read back of libvirt and the kernel.
 *
 * @param operation that changed the mode
 * @param mode the capsule is in from now on; NOT_DEFINED when its guest ended in secure mode
 * @param policy name of the network policy in force; empty where no guest runs
 * @param policyHash of the policy file's bytes
 * @param rulesHash of the kernel's rules for the guest's interface, as they were read back
 * @param verified each thing that was verified, a sentence each
 * @param verifiedAt when the last of them was; before {@code volumeAttachedAt}
 * @param volumeAttachedAt when the secure volume was attached; empty out of secure mode
 */
public record ModeReceipt(
        CapsuleId capsule,
        HostId host,
        OperationId operation,
        long generation,
        CapsuleMode mode,
        Optional<String> policy,
        Optional<Sha256> policyHash,
        Optional<Sha256> rulesHash,
        List<String> verified,
        Instant verifiedAt,
        Optional<Instant> volumeAttachedAt) {
    public ModeReceipt {
        verified = List.copyOf(verified);
    }
}
