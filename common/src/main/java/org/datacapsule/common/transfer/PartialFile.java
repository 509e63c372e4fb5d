package org.datacapsule.common.transfer;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.Set;
import org.datacapsule.common.id.Sha256;
import org.datacapsule.common.wire.ImageSource;

/** The beginning of an image, and whom it came from. It stays when the process ends, and is gone on with. */
final class PartialFile implements AutoCloseable {
    private static final int BUFFER = 1 << 20;

    private final FileChannel channel;
    private final Set<String> givers = new HashSet<>();
    private MessageDigest digest = sha256();
    private long size;

    private PartialFile(FileChannel channel) {
        this.channel = channel;
    }

    /** Opens or makes it; reads what an earlier process has left, of which nobody knows who gave it. */
    static PartialFile open(Path file) throws IOException {
        FileChannel channel = FileChannel.open(
                file,
                Set.of(StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE),
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        PartialFile partial = new PartialFile(channel);
        try {
            partial.readAll();
            return partial;
        } catch (IOException | RuntimeException e) {
            channel.close();
            throw e;
        }
    }

    private void readAll() throws IOException {
        // Not closed: it would close the channel.
        InputStream in = Channels.newInputStream(channel);
        byte[] buffer = new byte[BUFFER];
        for (int count = in.read(buffer); count >= 0; count = in.read(buffer)) {
            digest.update(buffer, 0, count);
            size += count;
        }
        if (size > 0) {
            givers.add("an earlier process");
        }
    }

    long size() {
        return size;
    }

    void append(ImageSource from, byte[] bytes, int count) throws IOException {
        ByteBuffer buffer = ByteBuffer.wrap(bytes, 0, count);
        while (buffer.hasRemaining()) {
            int unused = channel.write(buffer);
        }
        digest.update(bytes, 0, count);
        size += count;
        givers.add(from.name());
    }

    /** Forgets what it has. */
    void restart() throws IOException {
        channel.truncate(0);
        digest = sha256();
        size = 0;
        givers.clear();
    }

    /** Whether all that it has came from this one. */
    boolean isAllOf(ImageSource source) {
        return givers.equals(Set.of(source.name()));
    }

    boolean isEmpty() {
        return size == 0;
    }

    /** Of what it has. */
    Sha256 content() {
        try {
            MessageDigest copy = (MessageDigest) digest.clone();
            return new Sha256(HexFormat.of().formatHex(copy.digest()));
        } catch (CloneNotSupportedException e) {
            throw new IllegalStateException("this JDK's SHA-256 cannot be cloned", e);
        }
    }

    /** What was written survives the machine. */
    void force() throws IOException {
        channel.force(true);
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }
}
