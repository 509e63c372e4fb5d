package org.datacapsule.agent.storage;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.datacapsule.common.id.Sha256;

/**
 * Which images came from elsewhere, as empty files beside them: {@code <sha256>.fetched}, changed when a capsule last needed the
 * image, and {@code <sha256>.evicted}. What is only begun is in {@code <sha256>.unfinished}.
 */
final class FetchedImages {
    private static final String FETCHED = ".fetched";
    private static final String EVICTED = ".evicted";
    private static final String UNFINISHED = ".unfinished";

    private final Path directory;

    FetchedImages(Path directory) {
        this.directory = directory;
    }

    Path unfinished(Sha256 image) {
        return directory.resolve(image.hex() + UNFINISHED);
    }

    void came(Sha256 image) {
        mark(image, FETCHED);
        drop(image, EVICTED);
    }

    /** Does nothing for one that was not fetched. */
    void used(Sha256 image) {
        if (Files.exists(directory.resolve(image.hex() + FETCHED))) {
            mark(image, FETCHED);
        }
    }

    void wentForRoom(Sha256 image) {
        mark(image, EVICTED);
    }

    void forget(Sha256 image) {
        drop(image, FETCHED);
        drop(image, EVICTED);
        drop(image, UNFINISHED);
    }

    Set<Sha256> goneForRoom() {
        return marked(EVICTED).keySet();
    }

    List<Sha256> leastRecentlyUsedFirst() {
        return marked(FETCHED).entrySet().stream()
                .sorted(Map.Entry.comparingByValue())
                .map(Map.Entry::getKey)
                .toList();
    }

    void dropUnfinished(Set<Sha256> but) {
        Set<Sha256> left = new HashSet<>(marked(UNFINISHED).keySet());
        left.removeAll(but);
        left.forEach(image -> drop(image, UNFINISHED));
    }

    private Map<Sha256, FileTime> marked(String suffix) {
        Map<Sha256, FileTime> found = new TreeMap<>(Comparator.comparing(Sha256::hex));
        try (DirectoryStream<Path> files = Files.newDirectoryStream(directory, "*" + suffix)) {
            for (Path file : files) {
                String name = file.getFileName().toString();
                try {
                    found.put(
                            new Sha256(name.substring(0, name.length() - suffix.length())),
                            Files.getLastModifiedTime(file));
                } catch (IllegalArgumentException e) {
                    // somebody else's
                }
            }
            return found;
        } catch (IOException e) {
            throw Failures.of("reading the image cache", e);
        }
    }

    private void mark(Sha256 image, String suffix) {
        Path file = directory.resolve(image.hex() + suffix);
        try {
            if (!Files.exists(file)) {
                Files.createFile(file);
            }
            Files.setLastModifiedTime(file, FileTime.from(Instant.now()));
        } catch (IOException e) {
            throw Failures.of("marking an image", e);
        }
    }

    private void drop(Sha256 image, String suffix) {
        try {
            Files.deleteIfExists(directory.resolve(image.hex() + suffix));
        } catch (IOException e) {
            throw Failures.of("marking an image", e);
        }
    }
}
