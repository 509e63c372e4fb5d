package org.datacapsule.agent.storage;

import java.nio.file.Path;
import java.util.Optional;
import org.datacapsule.agent.hypervisor.MoveWatch;
import org.datacapsule.common.error.ErrorCode;
import org.datacapsule.common.error.ProblemException;
import org.datacapsule.common.id.Sha256;
import org.datacapsule.common.id.SnapshotId;
import org.datacapsule.common.wire.MadeSnapshot;

/**
 * Snapshots inside a disk's own file, named by their ids. qemu-img writes a snapshot's tables before the entry that leads to them, and
 * takes an entry away before what it leads to: whoever is cut off leaves a disk that is whole, and at most some room that nobody uses.
 */
final class Snapshots {
    /** A disk's file may be as many times as large as the disk. */
    private static final int MOST_TIMES = 33;
    /** File systems have a largest file, of 16 TiB where it is smallest; what may arrive is a hole of that size. */
    private static final int LARGEST_GB = 8 << 10;

    private final ImageCache images;
    private final Overlay overlay;

    Snapshots(ImageCache images, Overlay overlay) {
        this.images = images;
        this.overlay = overlay;
    }

    /** GiB that the file of a disk of this size takes at most, with the snapshots it has or had. */
    static int largestGb(int diskGb) {
        return (int) Math.max(diskGb, Math.min(LARGEST_GB, (long) diskGb * MOST_TIMES));
    }

    MadeSnapshot take(Path disk, Sha256 base, SnapshotId snapshot, MoveWatch watch) {
        if (!isIn(disk, snapshot)) {
            overlay.snapshot(Overlay.Snapshot.TAKE, name(snapshot), disk, images.require(base), watch);
        }
        return new MadeSnapshot(
                snapshot, overlay.flattenedBytes(disk, images.require(base), Optional.of(name(snapshot))));
    }

    void revert(Path disk, Sha256 base, SnapshotId snapshot, MoveWatch watch) {
        overlay.snapshot(Overlay.Snapshot.REVERT, require(disk, snapshot), disk, images.require(base), watch);
    }

    /**
     * Its name in the disk.
     *
     * @throws ProblemException {@link ErrorCode#HOST_SNAPSHOT_MISSING}
     */
    String require(Path disk, SnapshotId snapshot) {
        if (!isIn(disk, snapshot)) {
            throw new ProblemException(
                    ErrorCode.HOST_SNAPSHOT_MISSING,
                    "The capsule's disk on the host does not have snapshot " + snapshot + ".");
        }
        return name(snapshot);
    }

    void delete(Path disk, Sha256 base, SnapshotId snapshot, MoveWatch watch) {
        if (isIn(disk, snapshot)) {
            overlay.snapshot(Overlay.Snapshot.DELETE, name(snapshot), disk, images.require(base), watch);
        }
    }

    private boolean isIn(Path disk, SnapshotId snapshot) {
        return overlay.snapshots(disk).contains(name(snapshot));
    }

    private static String name(SnapshotId snapshot) {
        return snapshot.toString();
    }
}
