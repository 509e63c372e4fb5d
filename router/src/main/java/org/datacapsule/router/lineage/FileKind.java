package org.datacapsule.router.lineage;

/** What a disk file is. */
public enum FileKind {
    /** Of the catalogue. */
    IMAGE,
    /** What a capsule's guest writes to in maintenance mode, and never in secure mode. */
    DISK,
    /** What a disk was at a moment; lies in the disk's own file. */
    SNAPSHOT,
    /** A capsule's own restricted data. */
    SECURE_VOLUME,
    /** What a guest writes in secure mode; lies on the disk. */
    SECURE_OVERLAY,
    /** A guest's memory of before secure mode, kept while it is there. */
    MEMORY
}
