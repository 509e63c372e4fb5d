package org.datacapsule.common.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SettingsTest {

    @Test
    void everyErrorIsReportedAtOnce() {
        Settings settings = Settings.of(Map.of("http.port", "99999", "wait", "soon", "deep.flag", "yes", "stray", "1"));
        settings.integer("http.port", "the port", 8080, 1, 65_535);
        settings.duration("wait", "how long", Duration.ofSeconds(1));
        settings.flag("deep.flag", "whether", false);
        settings.required("name", "the name");
        settings.reject("these do not go together");

        ConfigException errors = catchThrowableOfType(ConfigException.class, settings::verify);

        assertThat(errors.errors()).hasSize(6);
        assertThat(errors)
                .hasMessageContaining("6 errors")
                .hasMessageContaining("http.port is \"99999\"")
                .hasMessageContaining("wait is \"soon\"")
                .hasMessageContaining("deep.flag is \"yes\"")
                .hasMessageContaining("name is not set: the name")
                .hasMessageContaining("these do not go together")
                .hasMessageContaining("stray is not a setting");
    }

    @Test
    void aKeyInTheWrongPlaceIsTraced() {
        Settings settings = Settings.of(Map.of("port", "1"));
        settings.integer("http.port", "the port", 8080, 1, 65_535);

        assertThatThrownBy(settings::verify).hasMessageContaining("is http.port meant?");
    }

    @Test
    void theEnvironmentOverridesTheFile(@TempDir Path directory) throws Exception {
        Path file = Files.writeString(directory.resolve("c.yaml"), """
                http:
                  base-path: /a
                  port: 1
                list: [x, y]
                """);
        Settings settings = Settings.load(file, Map.of("DATACAPSULE_HTTP_BASE_PATH", "/b"));

        assertThat(settings.text("http.base-path", "", "/")).isEqualTo("/b");
        assertThat(settings.integer("http.port", "", 8080, 1, 65_535)).isEqualTo(1);
        assertThat(settings.list("list", "", List.of())).containsExactly("x", "y");
        settings.verify();
    }

    @Test
    void whatIsNotSetIsItsFallback() throws Exception {
        Settings settings = Settings.of(Map.of());

        assertThat(settings.duration("d", "", Duration.ofMinutes(2))).isEqualTo(Duration.ofMinutes(2));
        assertThat(settings.decimal("n", "", 1.5, 0, 2)).isEqualTo(1.5);
        assertThat(settings.optional("o", "")).isEmpty();
        settings.verify();
        assertThat(settings.reference())
                .extracting(Settings.DocumentedKey::fallback)
                .containsExactly("2m", "1.5", "(none)");
    }

    @Test
    void durationsAreSpelledWithTheirUnit() {
        Settings settings = Settings.of(Map.of("a", "500ms", "b", "30s", "c", "5 m", "d", "12h", "e", "7d"));

        assertThat(settings.duration("a", "", Duration.ZERO)).isEqualTo(Duration.ofMillis(500));
        assertThat(settings.duration("b", "", Duration.ZERO)).isEqualTo(Duration.ofSeconds(30));
        assertThat(settings.duration("c", "", Duration.ZERO)).isEqualTo(Duration.ofMinutes(5));
        assertThat(settings.duration("d", "", Duration.ZERO)).isEqualTo(Duration.ofHours(12));
        assertThat(settings.duration("e", "", Duration.ZERO)).isEqualTo(Duration.ofDays(7));
    }

    @Test
    void aFileThatIsNoYamlOrNotThereSaysSo(@TempDir Path directory) throws IOException {
        Path bad = Files.writeString(directory.resolve("bad.yaml"), "a: [1");

        assertThatThrownBy(() -> Settings.load(bad, Map.of())).hasMessageContaining("not valid YAML");
        assertThatThrownBy(() -> Settings.load(directory.resolve("none"), Map.of()))
                .hasMessageContaining("cannot be read");
    }
}
