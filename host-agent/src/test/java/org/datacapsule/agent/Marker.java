package org.datacapsule.agent;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** A text that is nowhere but where it was written to, and the search for it in raw files and in a process' memory. */
record Marker(String text) {
    private static final Pattern WRITABLE = Pattern.compile("(?m)^([0-9a-f]+)-([0-9a-f]+) rw");
    private static final int PIECE = 1 << 22;

    static Marker unique() {
        return new Marker("learned-" + UUID.randomUUID());
    }

    /** Names of a folder's files that have it. */
    List<String> filesIn(Path folder) throws IOException {
        List<String> found = new ArrayList<>();
        try (Stream<Path> files = Files.list(folder)) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                try (RandomAccessFile content = new RandomAccessFile(file.toFile(), "r")) {
                    if (isWithin(content, 0, content.length())) {
                        found.add(file.getFileName().toString());
                    }
                }
            }
        }
        return found;
    }

    boolean isInMemoryOf(ProcessHandle process) throws IOException {
        Path folder = Path.of("/proc", Long.toString(process.pid()));
        try (RandomAccessFile memory =
                new RandomAccessFile(folder.resolve("mem").toFile(), "r")) {
            Matcher regions = WRITABLE.matcher(Files.readString(folder.resolve("maps")));
            while (regions.find()) {
                long from = Long.parseUnsignedLong(regions.group(1), 16);
                long to = Long.parseUnsignedLong(regions.group(2), 16);
                if (from >= 0 && isWithin(memory, from, to)) {
                    return true;
                }
            }
        }
        return false;
    }

    /** Piece by piece, each beginning where the text may still be cut by the one before. */
    private boolean isWithin(RandomAccessFile content, long from, long to) throws IOException {
        byte[] piece = new byte[PIECE];
        for (long at = from; at < to; at += PIECE - text.length()) {
            content.seek(at);
            int length = content.read(piece, 0, (int) Math.min(PIECE, to - at));
            if (length > 0 && new String(piece, 0, length, StandardCharsets.ISO_8859_1).contains(text)) {
                return true;
            }
        }
        return false;
    }
}
