package org.datacapsule.router.archive;

/**
 * What an archive may have at most.
 *
 * @param entries files and directories
 * @param pathBytes of one path in UTF-8
 * @param depth names in one path
 * @param allPathBytes of all paths together, which is what a listing takes in memory
 */
public record ArchiveLimits(int entries, int pathBytes, int depth, int allPathBytes) {
    public static final ArchiveLimits DEFAULT = new ArchiveLimits(10_000, 1024, 32, 1024 * 1024);
}
