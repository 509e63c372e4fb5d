package org.datacapsule.agent.local;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/** One line of JSON each way. */
final class Lines {
    /** Bytes of a line without its end, at most. */
    static final int LONGEST = 64 * 1024;

    private Lines() {}

    /** @throws TooLongException when it is longer than {@link #LONGEST} */
    static Optional<String> read(SocketChannel channel) throws IOException {
        ByteBuffer line = ByteBuffer.allocate(LONGEST + 1);
        int searched = 0;
        while (channel.read(line) >= 0) {
            for (; searched < line.position(); searched++) {
                if (line.get(searched) == '\n') {
                    return Optional.of(new String(line.array(), 0, searched, StandardCharsets.UTF_8));
                }
            }
            if (!line.hasRemaining()) {
                throw new TooLongException();
            }
        }
        return Optional.empty();
    }

    static void write(SocketChannel channel, String line) throws IOException {
        ByteBuffer bytes = ByteBuffer.wrap((line + "\n").getBytes(StandardCharsets.UTF_8));
        while (bytes.hasRemaining()) {
            channel.write(bytes);
        }
    }

    /** Somebody writes and writes. */
    static final class TooLongException extends IOException {
        private static final long serialVersionUID = 1L;

        TooLongException() {
            super("a line of more than " + LONGEST + " bytes");
        }
    }
}
