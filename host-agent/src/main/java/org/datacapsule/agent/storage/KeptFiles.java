package org.datacapsule.agent.storage;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.datacapsule.common.id.CapsuleId;
import org.datacapsule.common.wire.SetAside;

/** Directories of capsules that live elsewhere now, each named {@code <capsule>.<generation>}, which only root looks into. */
final class KeptFiles {
    private static final long MEBIBYTE = 1L << 20;

    private final Path directory;
    private final GuardedFiles files;

    KeptFiles(Path directory, GuardedFiles files) {
        this.directory = directory;
        this.files = files;
    }

    /** Done again it finds nothing left to do. */
    void keep(Path capsuleDirectory, CapsuleId capsule, long generation) {
        try {
            Files.move(capsuleDirectory, place(capsule, generation), StandardCopyOption.ATOMIC_MOVE);
        } catch (NoSuchFileException e) {
            // It was moved by an earlier run, or never there.
        } catch (IOException e) {
            throw Failures.of("setting the capsule's files aside", e);
        }
    }

    List<SetAside> all() {
        List<SetAside> found = new ArrayList<>();
        try (DirectoryStream<Path> entries = Files.newDirectoryStream(directory, Files::isDirectory)) {
            for (Path entry : entries) {
                described(entry).ifPresent(found::add);
            }
            return found;
        } catch (IOException e) {
            throw Failures.of("listing what is set aside", e);
        }
    }

    void discard(CapsuleId capsule, long generation) {
        try {
            files.deleteTree(place(capsule, generation));
        } catch (IOException e) {
            throw Failures.of("removing what was set aside", e);
        }
    }

    private Path place(CapsuleId capsule, long generation) {
        return directory.resolve(capsule + "." + generation);
    }

    /** Empty for what somebody else put there. */
    private static Optional<SetAside> described(Path entry) throws IOException {
        String name = entry.getFileName().toString();
        int dot = name.lastIndexOf('.');
        try {
            return Optional.of(new SetAside(
                    CapsuleId.parse(name.substring(0, Math.max(0, dot))),
                    Long.parseLong(name.substring(dot + 1)),
                    mebibytes(entry)));
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        }
    }

    private static long mebibytes(Path entry) throws IOException {
        try (Stream<Path> tree = Files.find(entry, 1, (path, attributes) -> attributes.isRegularFile())) {
            long bytes = 0;
            for (Path file : tree.toList()) {
                bytes += Files.readAttributes(file, BasicFileAttributes.class).size();
            }
            return Math.ceilDiv(bytes, MEBIBYTE);
        }
    }
}
