package org.datacapsule.agent.image;

import java.io.IOException;
import java.nio.file.Files;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.locks.ReentrantLock;
import org.datacapsule.agent.hypervisor.ImageShelf;
import org.datacapsule.common.error.ErrorCode;
import org.datacapsule.common.error.ProblemException;
import org.datacapsule.common.id.Sha256;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What may go from the shelf, and what has to go for something else to come. An image stays that a file of a capsule lies on, that
 * somebody is about to use, that is on its way, or that was not fetched from elsewhere.
 */
final class CacheRoom {
    private static final Logger LOG = LoggerFactory.getLogger(CacheRoom.class);
    private static final long MIB = 1L << 20;

    private final ImageShelf shelf;
    private final long limit;
    /** Nothing goes while somebody is being told that it is here. */
    private final ReentrantLock lock = new ReentrantLock();

    private final Map<Sha256, Integer> held = new HashMap<>();
    private final Map<Sha256, Long> coming = new HashMap<>();
    /** How many images were begun to be made here. */
    private long making;

    /** @param limit bytes that all images may take */
    CacheRoom(ImageShelf shelf, long limit) {
        this.shelf = shelf;
        this.limit = limit;
    }

    /** It stays until as many have let go of it as have held it. */
    void hold(Sha256 image) {
        shelf.used(image);
        locked(() -> held.merge(image, 1, Integer::sum));
    }

    void letGo(Sha256 image) {
        locked(() -> held.computeIfPresent(image, (key, count) -> count == 1 ? null : count - 1));
    }

    /** It is on its way, of a size nobody has said yet. */
    void comes(Sha256 image) {
        locked(() -> coming.put(image, 0L));
    }

    /** It has come, or does not. */
    void isOver(Sha256 image) {
        locked(() -> coming.remove(image));
    }

    /**
     * Makes room for what comes.
     *
     * @param had bytes of it that are here already
     * @throws ProblemException {@link ErrorCode#HOST_DISK_FULL}
     */
    void require(Sha256 image, long total, long had) {
        lock.lock();
        try {
            coming.put(image, total);
            evictFor(0, total - had, total);
        } finally {
            lock.unlock();
        }
    }

    /**
     * Makes room for an image that is made here, of which nobody knows yet what it is.
     *
     * @throws ProblemException {@link ErrorCode#HOST_DISK_FULL}
     */
    void makeRoom(long bytes) {
        locked(() -> {
            making++;
            evictFor(bytes, bytes, bytes);
        });
    }

    /** How many images were begun to be made here so far. */
    long making() {
        lock.lock();
        try {
            return making;
        } finally {
            lock.unlock();
        }
    }

    /**
     * @param unpromised bytes besides those of what comes
     * @param more bytes that the file system must have room for
     */
    private void evictFor(long unpromised, long more, long total) {
        if (!fits(unpromised, more)) {
            shelf.dropUnfinished(coming.keySet());
        }
        while (!fits(unpromised, more)) {
            Sha256 goes = leastNeeded().orElseThrow(() -> noRoom(total));
            shelf.evict(goes);
            LOG.atInfo().addKeyValue("image", goes).log("an image nobody has needed for long makes room for another");
        }
    }

    /**
     * Removes an image that is one no more; answers false while something needs it.
     *
     * @param asOf {@link #making()} when it was asked what is none any more: what is made since may be that again
     */
    boolean remove(Sha256 image, long asOf) {
        lock.lock();
        try {
            if (making != asOf || mustStay().contains(image)) {
                return false;
            }
            shelf.remove(image);
            return true;
        } finally {
            lock.unlock();
        }
    }

    private boolean fits(long unpromised, long more) {
        long promised = coming.values().stream().mapToLong(Long::longValue).sum();
        try {
            return shelf.bytes() + promised + unpromised <= limit
                    && Files.getFileStore(shelf.directory()).getUsableSpace() >= more;
        } catch (IOException e) {
            throw new ProblemException(ErrorCode.HOST_TOOL_FAILED, "The room for images cannot be asked for.");
        }
    }

    private Optional<Sha256> leastNeeded() {
        Set<Sha256> stays = mustStay();
        return shelf.fetched().stream().filter(image -> !stays.contains(image)).findFirst();
    }

    private Set<Sha256> mustStay() {
        Set<Sha256> stays = new HashSet<>(shelf.needed());
        stays.addAll(held.keySet());
        stays.addAll(coming.keySet());
        return stays;
    }

    private ProblemException noRoom(long total) {
        return new ProblemException(
                ErrorCode.HOST_DISK_FULL,
                "There is no room for an image of " + Math.ceilDiv(total, MIB) + " MiB: "
                        + (limit == Long.MAX_VALUE
                                ? "the host's storage is full"
                                : "of the " + limit / MIB
                                        + " MiB that storage.image-cache-gb allows, the rest is images that"
                                        + " capsules of this host need, or that were put here by hand")
                        + ".");
    }

    private void locked(Runnable change) {
        lock.lock();
        try {
            change.run();
        } finally {
            lock.unlock();
        }
    }
}
