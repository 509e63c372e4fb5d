package org.datacapsule.router.image.depot;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;

/** What files need to be there after a crash of the machine, and to be nobody else's. */
final class DepotFiles {

    private DepotFiles() {}

    /** Makes a directory, for its owner only, where there is none. */
    static void makePrivate(Path directory) throws IOException {
        Files.createDirectories(
                directory, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
        if (!Files.isWritable(directory)) {
            throw new IOException("images.directory: " + directory + " is not writable");
        }
    }

    /** A file's content, or with a directory the names in it, are on the disk once this returns. */
    static void force(Path path) throws IOException {
        try (FileChannel channel = FileChannel.open(path, StandardOpenOption.READ)) {
            channel.force(true);
        }
    }
}
