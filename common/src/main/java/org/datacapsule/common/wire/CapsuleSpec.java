package org.datacapsule.common.wire;

import org.datacapsule.common.capsule.CapsuleType;
import org.datacapsule.common.id.CapsuleId;

/**
 * What a host must know of a capsule to make its domain; holds no secret.
 *
 * @param vcpus 1 or more
 * @param memoryMb MiB
 * @param diskGb virtual size of the capsule's disk, GiB
 * @param sshPort the host's TCP port that leads to the guest's port 22, for the capsule's life
 * @param vncPort the host's TCP port the guest's screen is served on, for the capsule's life
 */
public record CapsuleSpec(
        CapsuleId id,
        CapsuleType type,
        int vcpus,
        int memoryMb,
        int diskGb,
        GuestAddress guest,
        int sshPort,
        int vncPort) {}
