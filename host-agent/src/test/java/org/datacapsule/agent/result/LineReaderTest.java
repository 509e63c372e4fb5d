package org.datacapsule.agent.result;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ReadableByteChannel;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;
import java.util.regex.Pattern;
import org.datacapsule.agent.work.Closing;
import org.junit.jupiter.api.Test;

/** The seed of a text that fails is in the message. */
class LineReaderTest {
    private static final int TEXTS = 200;
    private static final Pattern LINE = Pattern.compile("[ -~]{1," + LineReader.LONGEST + "}");

    @Test
    void linesAreTheSameHoweverTheyArriveAndNothingElseIsALine() throws Exception {
        long first = System.nanoTime();
        for (long seed = first; seed < first + TEXTS; seed++) {
            Random random = new Random(seed);
            byte[] text = text(random);

            assertThat(lines(new Cut(text, random))).as("seed %d", seed).isEqualTo(expected(text));
        }
    }

    @Test
    void aLineWithoutEndIsDroppedAndTheNextOneHeard() throws Exception {
        byte[] flood = new byte[20_000_000];
        Arrays.fill(flood, (byte) 'x');
        byte[] end = "\nb 1\n".getBytes(StandardCharsets.US_ASCII);
        ByteBuffer text =
                ByteBuffer.allocate(flood.length + end.length).put(flood).put(end);

        assertThat(lines(new Cut(text.array(), new Random(1)))).containsExactly("b 1");
    }

    private static List<String> expected(byte[] text) {
        String all = new String(text, StandardCharsets.ISO_8859_1);
        List<String> lines = new ArrayList<>();
        int from = 0;
        for (int end = all.indexOf('\n'); end >= 0; end = all.indexOf('\n', from)) {
            String line = all.substring(from, end);
            if (LINE.matcher(line).matches()) {
                lines.add(line);
            }
            from = end + 1;
        }
        return lines;
    }

    private static byte[] text(Random random) {
        ByteBuffer text = ByteBuffer.allocate(300_000);
        int pieces = random.nextInt(30);
        for (int i = 0; i < pieces; i++) {
            int length = random.nextBoolean() ? random.nextInt(20) : LineReader.LONGEST - 2 + random.nextInt(5);
            for (int j = 0; j < length; j++) {
                text.put((byte) (' ' + random.nextInt(95)));
            }
            if (random.nextInt(4) == 0) {
                text.put((byte) random.nextInt(256));
            }
            if (random.nextInt(5) > 0) {
                text.put((byte) '\n');
            }
        }
        byte[] bytes = new byte[text.position()];
        text.flip().get(bytes);
        return bytes;
    }

    private static List<String> lines(ReadableByteChannel channel) throws Exception {
        LineReader reader = new LineReader(channel, new Pace(new Closing(), hours()));
        List<String> lines = new ArrayList<>();
        for (Optional<String> line = reader.next(); line.isPresent(); line = reader.next()) {
            lines.add(line.get());
        }
        return lines;
    }

    /** Every look is an hour after the last, so nobody waits. */
    private static LongSupplier hours() {
        AtomicLong nanos = new AtomicLong();
        return () -> nanos.addAndGet(Duration.ofHours(1).toNanos());
    }

    /** A text that arrives in pieces of any length. */
    private static final class Cut implements ReadableByteChannel {
        private final ByteBuffer text;
        private final Random random;

        Cut(byte[] text, Random random) {
            this.text = ByteBuffer.wrap(text);
            this.random = random;
        }

        @Override
        public int read(ByteBuffer into) throws IOException {
            if (!text.hasRemaining()) {
                return -1;
            }
            int most = Math.min(into.remaining(), text.remaining());
            int count = random.nextBoolean() ? most : 1 + random.nextInt(Math.min(most, 50));
            into.put(text.slice().limit(count));
            text.position(text.position() + count);
            return count;
        }

        @Override
        public boolean isOpen() {
            return true;
        }

        @Override
        public void close() {}
    }
}
