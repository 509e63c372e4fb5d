package org.datacapsule.agent.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.datacapsule.agent.config.AgentConfig;
import org.datacapsule.agent.local.LocalAnswer;
import org.datacapsule.agent.local.LocalRequest;
import org.datacapsule.common.id.Sha256;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

class AgentCommandLineTest {
    private static final Sha256 IMAGE = new Sha256("0f".repeat(32));

    private final List<String> served = new ArrayList<>();
    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    @Test
    void itServesWithItsConfiguration(@TempDir Path directory) throws Exception {
        assertThat(run("serve", "--config", config(directory).toString())).isZero();

        assertThat(served).containsExactly("h1");
    }

    @Test
    void aConfigurationThatIsWrongEndsItWithEveryErrorAndNoHang(@TempDir Path directory) throws Exception {
        Path empty = Files.writeString(directory.resolve("agent.yaml"), "host: {name: h1}\n");

        assertThat(run("serve", "--config", empty.toString())).isNotZero();

        assertThat(err.toString())
                .contains("host.address is not set", "bus.host is not set", "secrets.key-file is not set");
        assertThat(served).isEmpty();
    }

    @Test
    void anImageIsAddedAndItsNamePrinted(@TempDir Path directory) throws Exception {
        assertThat(run(
                        "image",
                        "add",
                        "/tmp/i.qcow2",
                        "--config",
                        config(directory).toString()))
                .isZero();

        assertThat(out.toString().strip()).isEqualTo(IMAGE.hex());
    }

    @Test
    void theReferenceHasEveryKeyWithItsMeaning() {
        assertThat(run("config")).isZero();

        List<String> rows =
                out.toString().lines().filter(line -> line.startsWith("| `")).toList();
        assertThat(rows)
                .allSatisfy(row -> assertThat(row).matches("\\| `\\S+` \\| \\S.* \\| \\S.* \\|"))
                .extracting(row -> row.substring(0, row.indexOf('`', 3)))
                .contains(
                        "| `host.name",
                        "| `bus.rejoin-after",
                        "| `network.denied-ranges",
                        "| `fault-injection.halt-file")
                .doesNotHaveDuplicates();
    }

    @Test
    void theVersionIsToldAndNonsenseIsRefused() {
        assertThat(run("--version")).isZero();
        assertThat(out.toString().strip()).isEqualTo("datacapsule-agent 1.2.3");
        assertThat(run("dance")).isNotZero();
    }

    private int run(String... arguments) {
        Programs programs = new Programs() {
            @Override
            public void serve(AgentConfig config) {
                served.add(config.host().name().value());
            }

            @Override
            public Sha256 addImage(AgentConfig config, Path file) {
                return IMAGE;
            }

            @Override
            public LocalAnswer script(AgentConfig config, LocalRequest request) {
                throw new AssertionError("not asked for");
            }
        };
        CommandLine line = AgentCommandLine.of(programs, "1.2.3");
        line.setOut(new PrintWriter(out, true));
        line.setErr(new PrintWriter(err, true));
        return line.execute(arguments);
    }

    private static Path config(Path directory) throws Exception {
        Path key = Files.writeString(directory.resolve("key"), "k");
        return Files.writeString(directory.resolve("agent.yaml"), """
                host: {name: h1, address: h1.example.org}
                bus: {host: 127.0.0.1, routers: ["127.0.0.1:5703"]}
                router.command-keys: [%s]
                secrets.key-file: %s
                """.formatted(key, key));
    }
}
