package org.datacapsule.router.archive;

import java.util.List;

/** What came of reading an archive. */
public sealed interface ArchiveVerdict {

    /** It is in order; what is in it, in its order. */
    record Listed(List<ArchiveEntry> entries) implements ArchiveVerdict {
        public Listed {
            entries = List.copyOf(entries);
        }
    }

    /** It is not what a person can be asked to judge; {@code why} is for the user who made it. */
    record Refused(String why) implements ArchiveVerdict {}
}
