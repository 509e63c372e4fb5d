package org.datacapsule.router.user;

import org.datacapsule.common.config.Settings;

/**
 * What one user's capsules may use together, or do use, and how many images are the user's.
 *
 * @param memoryMb MiB
 * @param diskGb GiB of virtual disk
 * @param images how many the user owns
 */
public record Quota(int vcpus, int memoryMb, int diskGb, int images) {

    /** The cluster's default, for users who have none of their own. */
    public static Quota from(Settings settings) {
        return new Quota(
                settings.integer("quota.vcpus", "Virtual processors of one user's capsules together", 10, 0, 1_000_000),
                settings.integer(
                        "quota.memory-mb", "Memory of one user's capsules together, MiB", 20_480, 0, Integer.MAX_VALUE),
                settings.integer(
                        "quota.disk-gb", "Disk of one user's capsules together, GiB", 100, 0, Integer.MAX_VALUE),
                settings.integer("quota.images", "Images one user owns", 20, 0, Integer.MAX_VALUE));
    }
}
