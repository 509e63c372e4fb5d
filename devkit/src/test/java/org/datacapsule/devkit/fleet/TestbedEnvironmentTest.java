package org.datacapsule.devkit.fleet;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TestbedEnvironmentTest {
    @TempDir
    Path folder;

    @Test
    void whatAShellWouldHaveIsRead() throws IOException {
        Path file = folder.resolve("env");
        Files.writeString(file, "export CAPSULES_URL='http://127.0.0.1:7090'\nexport CAPSULES_TOKEN_2='a.b=c'\n");

        assertThat(TestbedEnvironment.read(file))
                .isEqualTo(Map.of("CAPSULES_URL", "http://127.0.0.1:7090", "CAPSULES_TOKEN_2", "a.b=c"));
    }

    @Test
    void anotherLineIsRefusedWithoutItsValue() throws IOException {
        Path file = folder.resolve("env");
        Files.writeString(file, "CAPSULES_TOKEN='secret'\n");

        assertThatThrownBy(() -> TestbedEnvironment.read(file))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("CAPSULES_TOKEN=")
                .hasMessageNotContaining("secret");
    }
}
