package org.datacapsule.agent.hypervisor;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import org.datacapsule.common.error.ErrorCode;
import org.datacapsule.common.error.ProblemException;
import org.datacapsule.common.id.CapsuleId;
import org.datacapsule.common.wire.Departure.SentGuest;
import org.datacapsule.common.wire.SecureVolume;

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

    /** Lets the guest write what it holds back to its disks; a guest that does not answer within seconds is left alone. */
    void flush(CapsuleId capsule);

    /** Lets a paused guest go on. */
    void resume(CapsuleId capsule);

    /**
     * Writes the guest's memory to a file, and from the same instant on its disk to the overlay, while it runs on.
     *
     * @param memory does not exist yet
     * @param overlay an empty overlay on the guest's disk
     */
    void checkpoint(CapsuleId capsule, Path memory, Path overlay);

    /** Starts the guest of a checkpoint as this host has it now: it may have been taken on another. */
    void restore(CapsuleId capsule, Path memory, Home home);

    /** Puts another network filter in force on the running guest's interface. */
    void setFilter(CapsuleId capsule, String filter);

    /** The guest sees the volume from now on; libvirt holds its key only meanwhile. */
    void attachVolume(CapsuleId capsule, Path volume, SecureVolume key);

    /** libvirt has the volume's key, in memory, for a guest that is going to come with it. */
    void keepKey(CapsuleId capsule, Path volume, SecureVolume key);

    /** libvirt has it no longer; what QEMU has of it stays as long as the guest. */
    void forgetKey(CapsuleId capsule);

    /** The guest has the channel results leave by; QEMU listens for the host's end at {@code socket}. */
    void attachReleaseChannel(CapsuleId capsule, Path socket);

    /**
     * In the running guest, makes the account's authorized SSH keys exactly these; does nothing where no guest runs.
     *
     * @throws ProblemException {@link ErrorCode#HOST_GUEST_UNREACHABLE} when the guest's agent does not answer
     */
    void setAuthorizedKeys(CapsuleId capsule, String userName, List<String> sshKeys);

    /**
     * Sends the running guest to another host and returns once it is there and is no longer here; while this throws, it
     * is here and runs, unless it ended. One that is under way already is waited for, and nobody saw that leave.
     *
     * @throws ProblemException {@link ErrorCode#OPERATION_CANCELLED} when the watch did not want it any more
     */
    SentGuest sendAway(CapsuleId capsule, Departing departing, MoveWatch watch);

    /** How long a guest that has come from another host stood still on its way, in ms; empty where libvirt does not say. */
    OptionalLong downtimeOnArrival(CapsuleId capsule);

    /** Presses the power button, and asks the guest agent where one answers; returns at once. */
    void askToPowerOff(CapsuleId capsule);

    /** Waits until the capsule has no domain; answers whether that came to be within the time. Wakes by event. */
    boolean awaitGone(CapsuleId capsule, Duration atMost) throws InterruptedException;

    /** Ends the guest at once, and its domain with it. */
    void destroy(CapsuleId capsule);
}
