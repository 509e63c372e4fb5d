package org.datacapsule.devkit.check;

/**
 * What is used of a quota, or its limit.
 *
 * @param memoryMb MiB
 * @param diskGb GiB
 */
public record Use(int vcpus, int memoryMb, int diskGb) {
    static final Use NOTHING = new Use(0, 0, 0);

    Use and(Use other) {
        return new Use(vcpus + other.vcpus, memoryMb + other.memoryMb, diskGb + other.diskGb);
    }
}
