package org.datacapsule.router.image.depot;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.datacapsule.router.io.PrivateFiles;

/**
 * Files that are being written, in a directory that all routers share: any router goes on with what another began. A
 * draft is named by whoever begins it, such as by the id of an upload's row.
 */
public final class Drafts {
    private static final String SUFFIX = ".draft";

    private final Path directory;
    private final long spare;

    private Drafts(Path directory, long spare) {
        this.directory = directory;
        this.spare = spare;
    }

    /**
     * Makes the directory, for its owner only, where there is none.
     *
     * @param spare bytes of the file system that stay free
     */
    static Drafts open(Path directory, long spare) throws IOException {
        PrivateFiles.makeDirectory("images.directory", directory);
        return new Drafts(directory, spare);
    }

    /** A draft of this name, whether there is one or not; writing makes it. */
    public Draft draft(UUID name) {
        return new Draft(directory.resolve(name + SUFFIX));
    }

    /** How many more bytes can be written, with some to spare; 0 at least. */
    public long room() throws IOException {
        return Math.max(0, Files.getFileStore(directory).getUsableSpace() - spare);
    }

    /**
     * Deletes drafts that nobody has written to for a while: what a router that died left behind.
     *
     * @return how many
     */
    public int sweep(Duration untouched) throws IOException {
        Instant before = Instant.now().minus(untouched);
        int swept = 0;
        for (Path file : files()) {
            if (writtenAt(file).filter(time -> time.isBefore(before)).isPresent() && Files.deleteIfExists(file)) {
                swept++;
            }
        }
        return swept;
    }

    private List<Path> files() throws IOException {
        List<Path> files = new ArrayList<>();
        try (var entries = Files.newDirectoryStream(directory, "*" + SUFFIX)) {
            entries.forEach(files::add);
        }
        return files;
    }

    /** Nothing where another router was faster. */
    private static Optional<Instant> writtenAt(Path file) throws IOException {
        try {
            return Optional.of(Files.getLastModifiedTime(file).toInstant());
        } catch (NoSuchFileException e) {
            return Optional.empty();
        }
    }
}
