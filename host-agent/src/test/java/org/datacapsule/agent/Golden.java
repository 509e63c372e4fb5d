package org.datacapsule.agent;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Compares text with a file of the test resources; {@code -Dgolden.write=true} writes the file instead. */
public final class Golden {
    private static final Path RESOURCES = Path.of("src/test/resources");

    private Golden() {}

    public static void assertMatches(Class<?> test, String name, String actual) throws IOException {
        Path file = RESOURCES.resolve(test.getPackageName().replace('.', '/')).resolve(name);
        if (Boolean.getBoolean("golden.write")) {
            Files.createDirectories(file.getParent());
            Files.writeString(file, actual);
        }
        assertThat(actual).isEqualTo(Files.readString(file));
    }
}
