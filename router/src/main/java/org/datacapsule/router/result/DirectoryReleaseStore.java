package org.datacapsule.router.result;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Set;
import java.util.UUID;
import org.datacapsule.common.id.ResultId;
import org.datacapsule.router.io.PrivateFiles;

/** Archives as files of one directory; where there are several routers, one that all of them have mounted. */
final class DirectoryReleaseStore implements ReleaseStore {
    private final Path directory;

    private DirectoryReleaseStore(Path directory) {
        this.directory = directory;
    }

    /** Makes the directory, for its owner only, where there is none. */
    static DirectoryReleaseStore open(Path directory) throws IOException {
        PrivateFiles.makeDirectory("results.directory", directory);
        return new DirectoryReleaseStore(directory);
    }

    @Override
    public void put(ResultId id, long bytes, Source source) throws IOException {
        Path unfinished = directory.resolve(id + "." + UUID.randomUUID() + ".part");
        try {
            write(unfinished, bytes, source);
            Files.move(unfinished, file(id), StandardCopyOption.ATOMIC_MOVE);
        } finally {
            Files.deleteIfExists(unfinished);
        }
        // The name is on the disk once the directory is.
        PrivateFiles.force(directory);
    }

    private static void write(Path file, long bytes, Source source) throws IOException {
        try (FileChannel channel = FileChannel.open(
                        file,
                        Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE),
                        PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
                InputStream in = source.open();
                OutputStream out = Channels.newOutputStream(channel)) {
            long written = in.transferTo(out);
            if (written != bytes) {
                throw new IOException(written + " bytes came instead of " + bytes);
            }
            channel.force(true);
        }
    }

    @Override
    public InputStream read(ResultId id, long offset) throws IOException {
        return PrivateFiles.read(file(id), offset);
    }

    @Override
    public void delete(ResultId id) throws IOException {
        Files.deleteIfExists(file(id));
    }

    @Override
    public void close() {
        // Nothing is held open.
    }

    private Path file(ResultId id) {
        return directory.resolve(id + ".tar");
    }
}
