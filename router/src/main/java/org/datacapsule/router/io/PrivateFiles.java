package org.datacapsule.router.io;

import java.io.IOException;
import java.io.InputStream;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;

/** What files need to be there after a crash of the machine, and to be nobody else's. */
public final class PrivateFiles {

    private PrivateFiles() {}

    /**
     * Makes a directory, for its owner only, where there is none.
     *
     * @param setting that names it
     */
    public static void makeDirectory(String setting, Path directory) throws IOException {
        Files.createDirectories(
                directory, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
        if (!Files.isWritable(directory)) {
            throw new IOException(setting + ": " + directory + " is not writable");
        }
    }

    /** A file's content, or with a directory the names in it, are on the disk once this returns. */
    public static void force(Path path) throws IOException {
        try (FileChannel channel = FileChannel.open(path, StandardOpenOption.READ)) {
            channel.force(true);
        }
    }

    /** The file from a byte on. */
    public static InputStream read(Path file, long offset) throws IOException {
        FileChannel channel = FileChannel.open(file, StandardOpenOption.READ);
        try {
            channel.position(offset);
            return Channels.newInputStream(channel);
        } catch (IOException | RuntimeException e) {
            channel.close();
            throw e;
        }
    }
}
