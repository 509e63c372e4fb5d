package org.datacapsule.common.wire;

import java.util.List;
import java.util.Optional;
import org.datacapsule.common.id.Sha256;

/**
 * What a host says of images besides those it has.
 *
 * @param directory where it keeps them
 * @param door where others may fetch them; absent where it could not open one
 * @param fetching what is on its way to it
 * @param failed what it was to fetch, and has not
 */
public record ImageStock(
        String directory, Optional<ImageSource> door, List<Fetching> fetching, List<FailedFetch> failed) {
    public ImageStock {
        fetching = List.copyOf(fetching);
        failed = List.copyOf(failed);
    }

    /**
     * An image on its way.
     *
     * @param done bytes that are there
     * @param total bytes there will be; 0 while no source has said
     */
    public record Fetching(Sha256 image, long done, long total) {}

    /** @param why words for operators */
    public record FailedFetch(Sha256 image, String why) {}
}
