package org.datacapsule.common.wire;

import org.datacapsule.common.id.CapsuleId;

/**
 * Files that a host keeps of a capsule it is not the home of any more.
 *
 * @param generation the capsule's when they were set aside
 * @param mebibytes what they take of the host's disk, rounded up
 */
public record SetAside(CapsuleId capsule, long generation, long mebibytes) {}
