package org.datacapsule.router.image.depot;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Optional;
import java.util.OptionalLong;
import org.datacapsule.common.id.Sha256;
import org.datacapsule.router.io.PrivateFiles;

/** Content as files of one directory; where there are several routers, one that all of them have mounted. */
public final class DirectoryDepot implements ImageDepot {
    private static final String SUFFIX = ".qcow2";

    private final Path directory;
    private final Drafts drafts;

    private DirectoryDepot(Path directory, Drafts drafts) {
        this.directory = directory;
        this.drafts = drafts;
    }

    /**
     * Makes the directory, for its owner only, where there is none.
     *
     * @param spare bytes of its file system that drafts leave free
     */
    public static DirectoryDepot open(Path directory, long spare) throws IOException {
        PrivateFiles.makeDirectory("images.directory", directory);
        // Below the same directory, so that keeping a draft is a change of its name and nothing is copied.
        return new DirectoryDepot(directory, Drafts.open(directory.resolve("drafts"), spare));
    }

    @Override
    public boolean has(Sha256 content) {
        return file(content).isPresent();
    }

    @Override
    public Optional<Path> file(Sha256 content) {
        return Optional.of(path(content)).filter(Files::isRegularFile);
    }

    @Override
    public OptionalLong size(Sha256 content) throws IOException {
        try {
            return OptionalLong.of(Files.size(path(content)));
        } catch (NoSuchFileException e) {
            return OptionalLong.empty();
        }
    }

    @Override
    public InputStream read(Sha256 content, long offset) throws IOException {
        return PrivateFiles.read(path(content), offset);
    }

    @Override
    public void bring(Draft draft, Sha256 content) throws IOException {
        PrivateFiles.force(draft.file());
    }

    @Override
    public void keep(Draft draft, Sha256 content) throws IOException {
        PrivateFiles.force(draft.file());
        Files.setPosixFilePermissions(draft.file(), PosixFilePermissions.fromString("r--------"));
        Files.move(draft.file(), path(content), StandardCopyOption.ATOMIC_MOVE);
        PrivateFiles.force(directory);
    }

    @Override
    public void remove(Sha256 content) throws IOException {
        Files.deleteIfExists(path(content));
    }

    @Override
    public Drafts drafts() {
        return drafts;
    }

    @Override
    public void close() {
        // Nothing is held open.
    }

    private Path path(Sha256 content) {
        return directory.resolve(content.hex() + SUFFIX);
    }
}
