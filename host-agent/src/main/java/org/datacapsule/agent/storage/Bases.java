package org.datacapsule.agent.storage;

import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.datacapsule.common.error.ErrorCode;
import org.datacapsule.common.error.ProblemException;
import org.datacapsule.common.id.Sha256;

/**
 * The images that capsules of this host lie on: said by the header of each disk, where QEMU looks too, and of a disk that is yet
 * to come by a note in the capsule's directory.
 */
final class Bases {
    /** Has the image's SHA-256. */
    static final String NOTE = "image";

    private static final int QCOW2 = 0x514649fb;
    /** The longest that qcow2 allows. */
    private static final int LONGEST_NAME = 1023;

    private static final int HEADER = 20;

    private final List<Path> roots;

    /** @param roots each has a directory for each capsule */
    Bases(List<Path> roots) {
        this.roots = List.copyOf(roots);
    }

    /** @throws ProblemException when there is a disk of which it cannot be told */
    Set<Sha256> all() {
        Set<Sha256> found = new HashSet<>();
        for (Path root : roots) {
            try (DirectoryStream<Path> capsules = Files.newDirectoryStream(root, Files::isDirectory)) {
                for (Path capsule : capsules) {
                    found.addAll(of(capsule));
                }
            } catch (IOException e) {
                throw Failures.of("looking what capsules lie on", e);
            }
        }
        return found;
    }

    private static Set<Sha256> of(Path capsule) throws IOException {
        Set<Sha256> found = new HashSet<>();
        noted(capsule.resolve(NOTE)).ifPresent(found::add);
        try {
            base(capsule.resolve(DirectoryStorage.DISK)).ifPresent(found::add);
        } catch (NoSuchFileException e) {
            // In the making, which holds its image; or it has yet to arrive, and there is a note.
        } catch (EOFException e) {
            throw new ProblemException(
                    ErrorCode.HOST_TOOL_FAILED,
                    "It cannot be told which image capsule " + capsule.getFileName() + " lies on.");
        }
        return found;
    }

    private static Optional<Sha256> noted(Path note) throws IOException {
        try {
            return Optional.of(new Sha256(Files.readString(note)));
        } catch (NoSuchFileException | IllegalArgumentException e) {
            return Optional.empty();
        }
    }

    /**
     * The image that the header of a qcow2 file names as its base.
     *
     * @throws EOFException when it has no such header
     */
    private static Optional<Sha256> base(Path disk) throws IOException {
        try (InputStream in = Files.newInputStream(disk);
                DataInputStream header = new DataInputStream(in)) {
            if (header.readInt() != QCOW2) {
                throw new EOFException("no qcow2 file");
            }
            int unusedVersion = header.readInt();
            long offset = header.readLong();
            int length = header.readInt();
            if (offset == 0) {
                return Optional.empty();
            }
            if (offset < HEADER || length <= 0 || length > LONGEST_NAME) {
                throw new EOFException("no name where one should be");
            }
            header.skipNBytes(offset - HEADER);
            String name = new String(header.readNBytes(length), StandardCharsets.UTF_8);
            return image(name.substring(name.lastIndexOf('/') + 1));
        }
    }

    /** Which image a file of this name is. */
    static Optional<Sha256> image(String name) {
        if (!name.endsWith(ImageCache.SUFFIX)) {
            return Optional.empty();
        }
        try {
            return Optional.of(new Sha256(name.substring(0, name.length() - ImageCache.SUFFIX.length())));
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        }
    }
}
