package org.datacapsule.devkit.fleet;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The file that scripts/testbed writes for shells. */
final class TestbedEnvironment {
    private static final Pattern LINE = Pattern.compile("export ([A-Z0-9_]+)='([^']*)'");

    private TestbedEnvironment() {}

    static Map<String, String> read(Path file) throws IOException {
        Map<String, String> values = new HashMap<>();
        for (String line : Files.readAllLines(file)) {
            Matcher matcher = LINE.matcher(line);
            if (!matcher.matches()) {
                throw new IOException(file + " has a line that is no export: " + line.replaceAll("'.*", "'…"));
            }
            values.put(matcher.group(1), matcher.group(2));
        }
        return Map.copyOf(values);
    }
}
