package org.datacapsule.common.wire;

/** A file of a capsule that goes along when the capsule migrates. */
public enum MovedFile {
    /** The capsule's overlay on its image. */
    DISK,
    /** The secure volume, encrypted as it is. */
    VOLUME,
    /** In secure mode, the guest's memory of before it. */
    CHECKPOINT
}
