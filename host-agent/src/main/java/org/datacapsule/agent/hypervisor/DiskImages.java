package org.datacapsule.agent.hypervisor;

import java.util.Optional;
import org.datacapsule.common.error.ErrorCode;
import org.datacapsule.common.error.ProblemException;
import org.datacapsule.common.id.CapsuleId;
import org.datacapsule.common.id.OperationId;
import org.datacapsule.common.id.Sha256;
import org.datacapsule.common.id.SnapshotId;
import org.datacapsule.common.wire.MadeImage;

/**
 * Images made of capsules' disks. A disk is read as it lies on the image that is named, whatever its own header says; no guest may
 * write to it meanwhile, and what a guest wrote in secure mode is never read. Verbs throw {@link ProblemException}:
 * {@link ErrorCode#HOST_IMAGE_MISSING}, {@link ErrorCode#HOST_SNAPSHOT_MISSING}, {@link ErrorCode#HOST_DISK_FULL},
 * {@link ErrorCode#HOST_TOOL_FAILED}.
 */
public interface DiskImages {

    /**
     * Bytes the capsule's disk may take as a file that needs no other; somewhat more than it will.
     *
     * @param snapshot as which it is taken; as it is now where there is none
     */
    long flattenedBytes(CapsuleId capsule, Sha256 base, Optional<SnapshotId> snapshot);

    /**
     * Makes the file, beside the images and not one of them yet; durable when this returns. Asked again for the same operation it
     * answers what was made, and makes nothing.
     *
     * @param snapshot as which the disk is taken; as it is now where there is none
     * @throws ProblemException {@link ErrorCode#OPERATION_CANCELLED} when the watch did not want it any more
     */
    MadeImage flatten(
            OperationId operation, CapsuleId capsule, Sha256 base, Optional<SnapshotId> snapshot, MoveWatch watch);

    /** What was made of the capsule's disk is among the images from now on, and does not go for room. */
    void keepFlattened(CapsuleId capsule, MadeImage made);

    /** What was made of the capsule's disk, and is not among the images, is gone. */
    void dropFlattened(CapsuleId capsule);
}
