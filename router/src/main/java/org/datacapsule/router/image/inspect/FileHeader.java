package org.datacapsule.router.image.inspect;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/** The first bytes of a file, read by number; what is behind its end is 0. */
final class FileHeader {
    private static final int ENOUGH = 512;

    private final FileChannel channel;
    private final ByteBuffer first;

    private FileHeader(FileChannel channel, ByteBuffer first) {
        this.channel = channel;
        this.first = first;
    }

    /** What is read out of a file while it is open. */
    @FunctionalInterface
    interface Reading<T> {
        T of(FileHeader header) throws IOException, RefusedImageException;
    }

    static <T> T read(Path file, Reading<T> reading) throws IOException, RefusedImageException {
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
            return reading.of(new FileHeader(channel, bytes(channel, 0, ENOUGH)));
        }
    }

    long fileSize() throws IOException {
        return channel.size();
    }

    /** Whether the file begins with these bytes. */
    boolean begins(String latin) {
        for (int n = 0; n < latin.length(); n++) {
            if ((first.get(n) & 0xff) != latin.charAt(n)) {
                return false;
            }
        }
        return true;
    }

    int bigInt(int at) {
        return first.duplicate().order(ByteOrder.BIG_ENDIAN).getInt(at);
    }

    long bigLong(int at) {
        return first.duplicate().order(ByteOrder.BIG_ENDIAN).getLong(at);
    }

    int littleInt(int at) {
        return first.duplicate().order(ByteOrder.LITTLE_ENDIAN).getInt(at);
    }

    int littleShort(int at) {
        return first.duplicate().order(ByteOrder.LITTLE_ENDIAN).getShort(at) & 0xffff;
    }

    long littleLong(int at) {
        return first.duplicate().order(ByteOrder.LITTLE_ENDIAN).getLong(at);
    }

    /** Text somewhere in the file, one character a byte, as far as the file goes. */
    String latin(long at, int length) throws IOException {
        return new String(bytes(channel, at, length).array(), java.nio.charset.StandardCharsets.ISO_8859_1);
    }

    private static ByteBuffer bytes(FileChannel channel, long at, int length) throws IOException {
        ByteBuffer bytes = ByteBuffer.allocate(length);
        int read = 0;
        while (bytes.hasRemaining() && read >= 0) {
            read = channel.read(bytes, at + bytes.position());
        }
        return bytes.clear();
    }
}
