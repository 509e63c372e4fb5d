package org.datacapsule.common.wire;

import java.util.List;
import java.util.Optional;
import org.datacapsule.common.id.Sha256;

/**
 * What a host has sent of a capsule that migrates.
 *
 * @param files that nobody wrote to meanwhile
 * @param guest the guest, and the disk it writes to with it, where one was running
 */
public record Departure(List<SentFile> files, Optional<SentGuest> guest) {
    public Departure {
        files = List.copyOf(files);
    }

    /**
     * @param bytes length of the file
     * @param sha256 of all of it
     */
    public record SentFile(MovedFile file, long bytes, Sha256 sha256) {}

    /**
     * @param totalMillis from the begin of the copy to the end; -1 when nobody saw it
     * @param downtimeMillis how long the guest stood still; -1 when the hypervisor does not say
     */
    public record SentGuest(long totalMillis, long downtimeMillis) {
        /** Of a guest that is not there any more, and nobody saw leave: only the other host can tell whether it arrived. */
        public static final SentGuest UNSEEN = new SentGuest(-1, -1);

        /** Whether the host it left saw it arrive. */
        public boolean wasSeen() {
            return totalMillis >= 0;
        }
    }
}
