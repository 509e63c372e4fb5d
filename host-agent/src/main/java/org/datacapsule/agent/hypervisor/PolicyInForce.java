package org.datacapsule.agent.hypervisor;

import java.util.List;
import org.datacapsule.common.id.Sha256;

/**
 * A network policy that was found in force on a guest's interface, as the kernel has it.
 *
 * @param policy its name
 * @param policyHash of the policy file's bytes
 * @param rulesHash of the kernel's rules, as they were read back
 * @param verified what was looked at and found right, a sentence each
 */
public record PolicyInForce(String policy, Sha256 policyHash, Sha256 rulesHash, List<String> verified) {
    public PolicyInForce {
        verified = List.copyOf(verified);
    }
}
