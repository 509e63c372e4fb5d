package org.datacapsule.e2e;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** The machine's processes as anybody can see them. */
final class ProcessTable {
    private ProcessTable() {}

    static List<String> commandLines() throws IOException {
        List<String> lines = new ArrayList<>();
        try (DirectoryStream<Path> processes = Files.newDirectoryStream(Path.of("/proc"), "[0-9]*")) {
            for (Path process : processes) {
                try {
                    byte[] line = Files.readAllBytes(process.resolve("cmdline"));
                    lines.add(new String(line, StandardCharsets.UTF_8).replace('\0', ' '));
                } catch (IOException e) {
                    // It has ended meanwhile.
                }
            }
        }
        return lines;
    }
}
