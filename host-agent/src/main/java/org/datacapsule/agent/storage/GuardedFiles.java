package org.datacapsule.agent.storage;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Comparator;
import java.util.stream.Stream;

/** Files that root alone may change the place of, and QEMU's group may open. */
final class GuardedFiles {
    private final int group;

    /** @param group QEMU's, or 0 when nobody but root needs them */
    GuardedFiles(int group) {
        this.group = group;
    }

    void makeDirectory(Path directory) throws IOException {
        Files.createDirectories(directory);
        own(directory, group == 0 ? "rwx------" : "rwx--x---");
    }

    /** Makes a directory anew, empty, that only root may look into. */
    void makePrivateDirectory(Path directory) throws IOException {
        deleteTree(directory);
        Files.createDirectory(
                directory, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
    }

    /** Does nothing where nothing is. */
    void deleteTree(Path directory) throws IOException {
        try (Stream<Path> tree = Files.walk(directory)) {
            for (Path path : tree.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(path);
            }
        } catch (NoSuchFileException e) {
            // nothing left to do
        }
    }

    /** Makes the file anew, empty; nobody else can have it open. */
    void makeFile(Path file) throws IOException {
        Files.deleteIfExists(file);
        Files.createFile(file, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
    }

    /** Lets QEMU read the file. */
    void readable(Path file) throws IOException {
        own(file, group == 0 ? "rw-------" : "rw-r-----");
    }

    /** Lets QEMU read and write the file. */
    void writable(Path file) throws IOException {
        own(file, group == 0 ? "rw-------" : "rw-rw----");
    }

    private void own(Path path, String permissions) throws IOException {
        if (group != 0) {
            Files.setAttribute(path, "unix:gid", group, LinkOption.NOFOLLOW_LINKS);
        }
        Files.setPosixFilePermissions(path, PosixFilePermissions.fromString(permissions));
    }
}
