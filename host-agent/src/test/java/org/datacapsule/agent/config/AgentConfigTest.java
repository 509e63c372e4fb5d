package org.datacapsule.agent.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import org.datacapsule.agent.libvirt.LibvirtConfig;
import org.datacapsule.agent.libvirt.WantedAcceleration;
import org.datacapsule.common.config.ConfigException;
import org.datacapsule.common.config.Settings;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AgentConfigTest {
    private final Map<String, String> settings = new HashMap<>();

    @BeforeEach
    void least(@TempDir Path directory) throws IOException {
        Path key = Files.writeString(directory.resolve("key"), "k");
        settings.putAll(Map.of(
                "host.name", "h1",
                "host.address", "h1.example.org",
                "bus.host", "127.0.0.1",
                "bus.routers", "127.0.0.1:5703",
                "router.command-keys", key.toString(),
                "secrets.key-file", key.toString()));
    }

    @Test
    void littleMustBeSet() throws ConfigException {
        AgentConfig config = AgentConfig.from(Settings.of(settings));

        assertThat(config.link().heartbeat()).isEqualTo(Duration.ofSeconds(2));
        assertThat(config.link().rejoinAfter()).isEqualTo(Duration.ofSeconds(5));
        assertThat(config.work().retention()).isEqualTo(Duration.ofDays(2));
        assertThat(config.link().doors()).containsExactly("127.0.0.1:5703");
        assertThat(config.libvirt()).isEqualTo(new LibvirtConfig("qemu:///system", WantedAcceleration.AUTO, "0.0.0.0"));
    }

    @Test
    void everyErrorIsToldAtOnce() {
        settings.remove("bus.routers");
        settings.put("host.name", "Not A Host");
        settings.put("libvirt.acceleration", "magic");
        settings.put("network.guests", "10.0.0.1/16");
        settings.put("network.bridge", "much-too-long-for-linux");
        settings.put("ports.count", "60000");
        settings.put("secrets.key-file", "/nonexistent/key");
        settings.put("typo.here", "1");

        ConfigException errors =
                catchThrowableOfType(ConfigException.class, () -> AgentConfig.from(Settings.of(settings)));

        assertThat(errors)
                .hasMessageContaining("host.name is")
                .hasMessageContaining("bus.routers is empty")
                .hasMessageContaining("auto, kvm or tcg")
                .hasMessageContaining("network.guests is")
                .hasMessageContaining("15 at most")
                .hasMessageContaining("do not go together")
                .hasMessageContaining("cannot be read")
                .hasMessageContaining("typo.here is not a setting");
        assertThat(errors.errors()).hasSize(8);
    }

    @Test
    void aCapsuleHasRoomForOneArchiveInItsPartOfTheSpool() throws ConfigException {
        assertThat(AgentConfig.from(Settings.of(settings)).results())
                .isEqualTo(new ResultsConfig(1L << 30, 20, 10L << 30));
        settings.put("results.max-bytes", "1000");
        settings.put("results.spool-bytes", "3999");

        ConfigException errors =
                catchThrowableOfType(ConfigException.class, () -> AgentConfig.from(Settings.of(settings)));

        assertThat(errors.errors()).singleElement().asString().contains("at least 4 times results.max-bytes");
        settings.put("results.spool-bytes", "4000");
        assertThat(AgentConfig.from(Settings.of(settings)).results().shareOfCapsule())
                .isEqualTo(1000);
        settings.put("results.max-bytes", "0");
        assertThat(catchThrowableOfType(ConfigException.class, () -> AgentConfig.from(Settings.of(settings))))
                .hasMessageContaining("a number of bytes from 1");
    }

    @Test
    void faultInjectionAndSimulationNeedDevelopment() throws ConfigException {
        settings.put("fault-injection.halt-file", "/tmp/halt-here");
        settings.put("libvirt.uri", "simulated");

        ConfigException errors =
                catchThrowableOfType(ConfigException.class, () -> AgentConfig.from(Settings.of(settings)));

        assertThat(errors.errors()).hasSize(2).allMatch(error -> error.contains("development is not true"));
        settings.put("development", "true");
        assertThat(AgentConfig.from(Settings.of(settings)).development().haltFile())
                .contains(Path.of("/tmp/halt-here"));
    }

    @Test
    void aDirectoryWithNoRoomForSocketsIsRefused() {
        settings.put("storage.runtime-directory", "/run/" + "d".repeat(58));

        ConfigException errors =
                catchThrowableOfType(ConfigException.class, () -> AgentConfig.from(Settings.of(settings)));

        assertThat(errors).hasMessageContaining("storage.runtime-directory").hasMessageContaining("62 are the most");
    }
}
