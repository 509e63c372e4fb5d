package org.datacapsule.agent.process;

import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Reads the progress bar of qemu-img, which is written over itself: {@code (12.34/100%)}. */
final class Percentage {
    private static final Pattern BAR = Pattern.compile("\\((\\d{1,3})(?:\\.\\d+)?/100%\\)");
    private static final int LONGEST = 64;

    private Percentage() {}

    /** Until the end of the stream. */
    static void read(InputStream stream, AtomicInteger percent) {
        StringBuilder line = new StringBuilder();
        try (InputStreamReader reader = new InputStreamReader(stream, StandardCharsets.UTF_8)) {
            for (int letter = reader.read(); letter >= 0; letter = reader.read()) {
                if (letter == '\r' || letter == '\n' || line.length() == LONGEST) {
                    line.setLength(0);
                } else {
                    line.append((char) letter);
                    Matcher matcher = BAR.matcher(line);
                    if (letter == ')' && matcher.find()) {
                        percent.set(Integer.parseInt(matcher.group(1)));
                    }
                }
            }
        } catch (IOException e) {
            // The program has ended; its exit code tells the rest.
        }
    }
}
