package org.datacapsule.agent.command;

import org.datacapsule.agent.hypervisor.CapsuleStorage;
import org.datacapsule.common.error.ErrorCode;
import org.datacapsule.common.error.ProblemException;
import org.datacapsule.common.id.CapsuleId;

/**
 * A disk that nobody writes to, and of whose capsule nothing of secure mode is left: the one an image or a snapshot is made of. What is
 * read is the disk that lies on its image, on which a guest in secure mode has its overlay and which it never changes.
 */
final class StillDisk {

    private StillDisk() {}

    /** @throws ProblemException {@link ErrorCode#HOST_CAPSULE_MISSING}, {@link ErrorCode#HOST_DISK_IN_USE} */
    static void require(CapsuleStorage storage, CapsuleId capsule, Operation operation) {
        if (!storage.hasDisk(capsule)) {
            throw new ProblemException(
                    ErrorCode.HOST_CAPSULE_MISSING, "The host has no disk of capsule " + capsule + ".");
        }
        if (operation.domain().isPresent()) {
            throw new ProblemException(
                    ErrorCode.HOST_DISK_IN_USE, "The capsule's guest runs, so nothing is made of its disk.");
        }
        if (storage.hasSecureOverlay(capsule) || storage.isAwaited(capsule)) {
            throw new ProblemException(
                    ErrorCode.HOST_DISK_IN_USE,
                    "What the capsule wrote in secure mode has not been dropped yet, so nothing is made of its disk.");
        }
    }
}
