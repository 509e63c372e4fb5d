package org.datacapsule.devkit.fleet;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Optional;

/**
 * The classes a program loads, as the JVM maps them from one file (class data sharing): a start takes about half the time.
 * It lies beside the jar, for one build of it and one JVM, and is written by the first program that ends in good order.
 */
final class ClassArchive {
    private final Path jar;
    private final Path file;

    private ClassArchive(Path jar, Path file) {
        this.jar = jar;
        this.file = file;
    }

    static ClassArchive of(Path jar) {
        String name = jar.getFileName().toString().replace(".jar", "");
        return new ClassArchive(jar, jar.resolveSibling(name + "-" + Runtime.version() + ".jsa"));
    }

    /** What a JVM is told to start from it; nothing, where there is none of this build. */
    List<String> flags() throws IOException {
        boolean isOfThisBuild =
                Files.exists(file) && Files.getLastModifiedTime(file).compareTo(Files.getLastModifiedTime(jar)) > 0;
        return isOfThisBuild ? List.of("-XX:SharedArchiveFile=" + file) : List.of();
    }

    /** A JVM that is going to write it: one at a time on this machine, and none once it is there. */
    Optional<Writer> writer() throws IOException {
        if (!flags().isEmpty()) {
            return Optional.empty();
        }
        FileChannel channel = FileChannel.open(
                file.resolveSibling(file.getFileName() + ".lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        try {
            FileLock lock = channel.tryLock();
            if (lock != null) {
                return Optional.of(new Writer(file, channel));
            }
        } catch (OverlappingFileLockException e) {
            // This JVM has it.
        }
        channel.close();
        return Optional.empty();
    }

    /** Of one JVM. */
    record Writer(Path file, FileChannel locked) {

        List<String> flags() {
            return List.of("-XX:ArchiveClassesAtExit=" + unfinished());
        }

        /** That JVM has ended. */
        void done(boolean inGoodOrder) throws IOException {
            try (locked) {
                if (inGoodOrder && Files.exists(unfinished())) {
                    Files.move(unfinished(), file, StandardCopyOption.ATOMIC_MOVE);
                } else {
                    Files.deleteIfExists(unfinished());
                }
            }
        }

        private Path unfinished() {
            return file.resolveSibling(file.getFileName() + ".new");
        }
    }
}
