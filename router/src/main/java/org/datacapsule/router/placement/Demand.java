package org.datacapsule.router.placement;

import org.datacapsule.common.capsule.CapsuleType;
import org.datacapsule.common.id.Sha256;
import org.datacapsule.common.wire.GuestNetwork;

/**
 * What a capsule needs of its host.
 *
 * @param owner guid of whose it is
 * @param diskGb GiB that its files may come to: its disk, its secure volume, and its memory while it is in secure mode
 */
public record Demand(
        int vcpus, int memoryMb, int diskGb, Sha256 image, GuestNetwork network, CapsuleType type, String owner) {
    private static final int MB_PER_GB = 1024;

    /** What the rows of table capsule named {@code c} promise their hosts' disks, as the sum is over them. */
    public static final String PROMISED_DISK =
            "coalesce(sum(c.disk_gb + ceil((coalesce(c.secure_volume_mb, 0) + c.memory_mb) / 1024.0)), 0)::int";

    /** Of a capsule that is to be. */
    public static Demand of(
            int vcpus,
            int memoryMb,
            int diskGb,
            int volumeMb,
            Sha256 image,
            GuestNetwork network,
            CapsuleType type,
            String owner) {
        return new Demand(
                vcpus, memoryMb, diskGb + Math.ceilDiv(volumeMb + memoryMb, MB_PER_GB), image, network, type, owner);
    }
}
