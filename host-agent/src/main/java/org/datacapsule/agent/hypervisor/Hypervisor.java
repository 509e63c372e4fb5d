package org.datacapsule.agent.hypervisor;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.datacapsule.common.error.ErrorCode;
import org.datacapsule.common.error.ProblemException;
import org.datacapsule.common.id.CapsuleId;

/**
 * The guests of this host. Every verb throws {@link ProblemException} with {@link ErrorCode#HOST_HYPERVISOR_FAILED} when
 * libvirt refuses, and {@link ErrorCode#HOST_HYPERVISOR_UNAVAILABLE} when it is away.
 */
public interface Hypervisor {

    /** What the host has. Read once at start. */
    HostFacts facts();

    /** The domain of a capsule, running or not; empty when there is none. */
    Optional<GuestDomain> find(CapsuleId capsule);

    /** Every domain of ours. */
    Map<CapsuleId, GuestDomain> all();

    /** Starts a guest as a transient domain, its network filter in force before its first instruction. */
    void start(DomainPlan plan);

    /**
     * In the running guest, makes the account's authorized SSH keys exactly these; does nothing where no guest runs.
     *
     * @throws ProblemException {@link ErrorCode#HOST_GUEST_UNREACHABLE} when the guest's agent does not answer
     */
    void setAuthorizedKeys(CapsuleId capsule, String userName, List<String> sshKeys);

    /** Presses the power button, and asks the guest agent where one answers; returns at once. */
    void askToPowerOff(CapsuleId capsule);

    /** Waits until the capsule has no domain; answers whether that came to be within the time. Wakes by event. */
    boolean awaitGone(CapsuleId capsule, Duration atMost) throws InterruptedException;

    /** Ends the guest at once, and its domain with it. */
    void destroy(CapsuleId capsule);
}
