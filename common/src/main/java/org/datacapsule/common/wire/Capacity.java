package org.datacapsule.common.wire;

/**
 * What a host has for its capsules, before any of them.
 *
 * @param cpus logical processors
 * @param memoryMb MiB given to capsules, the host's own share already taken off
 * @param diskGb GiB of the file system the capsules' directories are on, the reserve already taken off
 */
public record Capacity(int cpus, int memoryMb, int diskGb) {}
