package org.datacapsule.agent.result;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ReadableByteChannel;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/**
 * Lines of printable ASCII out of whatever a guest writes. It holds one line at most: one that is longer is dropped up to
 * its end, wherever that is, and so is one with any other byte in it.
 */
final class LineReader {
    /** Bytes of a line without its end, at most. */
    static final int LONGEST = 8192;

    private static final int BUFFER = 64 * 1024;

    private final ReadableByteChannel channel;
    private final Pace pace;
    private final ByteBuffer read = ByteBuffer.allocate(BUFFER).flip();
    private final ByteBuffer line = ByteBuffer.allocate(LONGEST);
    private boolean dropped;

    LineReader(ReadableByteChannel channel, Pace pace) {
        this.channel = channel;
        this.pace = pace;
    }

    /** The next line; empty at the end of the channel, where a line without its end counts for nothing. */
    Optional<String> next() throws IOException, InterruptedException {
        while (true) {
            while (read.hasRemaining()) {
                byte letter = read.get();
                if (letter == '\n') {
                    Optional<String> whole = ended();
                    if (whole.isPresent()) {
                        return whole;
                    }
                } else if (letter < ' ' || letter > '~' || !line.hasRemaining()) {
                    dropped = true;
                } else if (!dropped) {
                    line.put(letter);
                }
            }
            read.clear();
            int count = channel.read(read);
            read.flip();
            if (count < 0) {
                return Optional.empty();
            }
            pace.spent(count);
        }
    }

    private Optional<String> ended() {
        Optional<String> whole = dropped || line.position() == 0
                ? Optional.empty()
                : Optional.of(new String(line.array(), 0, line.position(), StandardCharsets.US_ASCII));
        dropped = false;
        line.clear();
        return whole;
    }
}
