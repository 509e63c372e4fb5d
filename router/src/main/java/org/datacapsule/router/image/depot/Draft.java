package org.datacapsule.router.image.depot;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Set;
import org.datacapsule.common.id.Sha256;

/** One file that is being written. Who writes it makes sure that nobody else does. */
public final class Draft {
    private static final int BUFFER = 1 << 20;

    private final Path file;

    Draft(Path file) {
        this.file = file;
    }

    public Path file() {
        return file;
    }

    /** How many bytes it has; 0 before the first. */
    public long size() throws IOException {
        try {
            return Files.size(file);
        } catch (NoSuchFileException e) {
            return 0;
        }
    }

    /**
     * Begins to write behind what it has.
     *
     * @param held how many bytes it is known to have for good; what is behind these is cut off
     * @throws IOException also when it has fewer
     */
    public Writing write(long held) throws IOException {
        FileChannel channel = FileChannel.open(
                file,
                Set.of(StandardOpenOption.CREATE, StandardOpenOption.WRITE),
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        try {
            if (channel.size() < held) {
                throw new IOException("the draft has " + channel.size() + " bytes where " + held + " were written");
            }
            channel.truncate(held);
            channel.position(held);
            return new Writing(channel);
        } catch (IOException | RuntimeException e) {
            channel.close();
            throw e;
        }
    }

    /** Bytes that go to the end of a draft. */
    public static final class Writing implements AutoCloseable {
        private final FileChannel channel;

        private Writing(FileChannel channel) {
            this.channel = channel;
        }

        public void append(ByteBuffer bytes) throws IOException {
            while (bytes.hasRemaining()) {
                int unused = channel.write(bytes);
            }
        }

        /** How many bytes the draft has by now. */
        public long position() throws IOException {
            return channel.position();
        }

        /** What was written before this survives the machine. */
        public void force() throws IOException {
            channel.force(true);
        }

        @Override
        public void close() throws IOException {
            channel.close();
        }
    }

    /** Reads it from its beginning to its end. */
    public Sha256 sha256() throws IOException {
        MessageDigest digest = digest();
        byte[] buffer = new byte[BUFFER];
        try (InputStream in = Files.newInputStream(file)) {
            int read = in.read(buffer);
            while (read >= 0) {
                digest.update(buffer, 0, read);
                read = in.read(buffer);
            }
        }
        return new Sha256(HexFormat.of().formatHex(digest.digest()));
    }

    /** Gone already is as good. */
    public void delete() throws IOException {
        Files.deleteIfExists(file);
    }

    private static MessageDigest digest() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("this JDK has no SHA-256", e);
        }
    }
}
