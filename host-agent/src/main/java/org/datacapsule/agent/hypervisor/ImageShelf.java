package org.datacapsule.agent.hypervisor;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.datacapsule.common.error.ErrorCode;
import org.datacapsule.common.error.ProblemException;
import org.datacapsule.common.id.Sha256;

/**
 * The image files of this host, each named by its content. Those that were fetched from elsewhere can be let go of; those that
 * somebody put here may be the only copy there is. Verbs throw {@link ProblemException}: {@link ErrorCode#HOST_DISK_FULL},
 * {@link ErrorCode#HOST_TOOL_FAILED}.
 */
public interface ImageShelf {

    Path directory();

    /** Content that is here whole, and was verified. */
    Set<Sha256> verified();

    /** The file of an image that was verified, and not changed since. */
    Optional<Path> file(Sha256 image);

    /** Whether the image is here; a file that nobody has verified yet is verified now. */
    boolean has(Sha256 image);

    /** Where the beginning of an image is kept until it is whole. */
    Path unfinished(Sha256 image);

    /**
     * What is kept as unfinished is the whole image, verified: it is here from now on, and not needed yet.
     *
     * @throws ProblemException when it refers to other files
     */
    void take(Sha256 image);

    /** A capsule needs the image: of those that can be let go of it is the last from now on. */
    void used(Sha256 image);

    /** What was fetched, what was used longest ago first. */
    List<Sha256> fetched();

    /** Bytes of all files, but for unfinished ones. */
    long bytes();

    /**
     * What files of capsules lie on, or are going to.
     *
     * @throws ProblemException when that cannot be told of one of them
     */
    Set<Sha256> needed();

    /** Lets go of an image to make room, and remembers that. */
    void evict(Sha256 image);

    /** What was let go of to make room, and not fetched again. */
    Set<Sha256> evicted();

    /** The image is not here any more, whole or unfinished. */
    void remove(Sha256 image);

    /** Drops beginnings of images that nobody is going on with. */
    void dropUnfinished(Set<Sha256> but);

    /** Reads the image anew; one that is damaged is not here any more. */
    void verifyAgain(Sha256 image);
}
