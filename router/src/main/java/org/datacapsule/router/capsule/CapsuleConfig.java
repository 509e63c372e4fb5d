package org.datacapsule.router.capsule;

import org.datacapsule.common.config.Settings;

/**
 * What one capsule may be.
 *
 * @param diskGb virtual size of every capsule's disk, GiB
 * @param mostSnapshots of its disk; each may take as much room on its host as the disk
 */
public record CapsuleConfig(int diskGb, int mostVcpus, int leastMemoryMb, int mostMemoryMb, int mostSnapshots) {

    public static CapsuleConfig from(Settings settings) {
        return new CapsuleConfig(
                settings.integer("capsules.disk-gb", "Virtual size of a capsule's disk, GiB", 10, 1, 65_536),
                settings.integer("capsules.most-vcpus", "Virtual processors of one capsule at most", 16, 1, 64),
                settings.integer(
                        "capsules.least-memory-mb", "Memory of one capsule at least, MiB", 256, 128, 1_048_576),
                settings.integer(
                        "capsules.most-memory-mb", "Memory of one capsule at most, MiB", 65_536, 128, 1_048_576),
                settings.integer(
                        "capsules.most-snapshots",
                        "Snapshots of one capsule's disk at most; each may take as much room on its host as the disk",
                        5,
                        0,
                        32));
    }
}
