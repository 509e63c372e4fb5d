package org.datacapsule.common.wire;

import org.datacapsule.common.id.SnapshotId;

/**
 * A snapshot that a host has taken of a capsule's disk, and keeps in the disk's file.
 *
 * @param bytes about what a file takes that has its content and needs no other; 0 or more
 */
public record MadeSnapshot(SnapshotId snapshot, long bytes) {}
