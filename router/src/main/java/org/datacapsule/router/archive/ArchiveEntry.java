package org.datacapsule.router.archive;

/**
 * One file or directory of an archive.
 *
 * @param path relative, with {@code /} between its names
 * @param type what the content looks like by its first bytes, as a media type; empty for a directory
 */
public record ArchiveEntry(String path, Kind kind, long bytes, String type) {

    /** What there can be in an archive that is taken. */
    public enum Kind {
        FILE,
        DIRECTORY
    }
}
