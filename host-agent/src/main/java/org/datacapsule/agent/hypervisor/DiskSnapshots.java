package org.datacapsule.agent.hypervisor;

import org.datacapsule.common.error.ErrorCode;
import org.datacapsule.common.error.ProblemException;
import org.datacapsule.common.id.CapsuleId;
import org.datacapsule.common.id.Sha256;
import org.datacapsule.common.id.SnapshotId;
import org.datacapsule.common.wire.MadeSnapshot;

/**
 * Snapshots of capsules' disks, which lie in the disks' own files and go where those go. A disk is taken as it lies on the image that
 * is named, whatever its own header says; no guest may have it open, and what a guest wrote in secure mode is never in it. Done again
 * each verb changes nothing. Verbs throw {@link ProblemException}: {@link ErrorCode#HOST_IMAGE_MISSING},
 * {@link ErrorCode#HOST_DISK_FULL}, {@link ErrorCode#HOST_TOOL_FAILED}, and {@link ErrorCode#OPERATION_CANCELLED} when the watch did
 * not want it any more.
 */
public interface DiskSnapshots {

    /** The capsule's disk has the snapshot. */
    MadeSnapshot takeSnapshot(CapsuleId capsule, Sha256 base, SnapshotId snapshot, MoveWatch watch);

    /**
     * The capsule's disk is what it was when the snapshot was taken.
     *
     * @throws ProblemException {@link ErrorCode#HOST_SNAPSHOT_MISSING}
     */
    void revertToSnapshot(CapsuleId capsule, Sha256 base, SnapshotId snapshot, MoveWatch watch);

    /** The capsule's disk does not have the snapshot. */
    void deleteSnapshot(CapsuleId capsule, Sha256 base, SnapshotId snapshot, MoveWatch watch);
}
