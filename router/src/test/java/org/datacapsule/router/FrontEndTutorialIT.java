package org.datacapsule.router;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.datacapsule.common.wire.Capacity;
import org.datacapsule.common.wire.PortRange;
import org.datacapsule.router.testing.FakeAgent;
import org.datacapsule.router.testing.TestRouter;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The lines of docs/frontend-developer.md, typed into a shell as its reader would: real curl, real tokens, a real router. */
class FrontEndTutorialIT {
    private static final Path CHECKOUT = Path.of("..").toAbsolutePath().normalize();
    private static final Path PAGE = CHECKOUT.resolve("docs/frontend-developer.md");
    private static final Pattern LINES = Pattern.compile("^```sh\n(.*?)^```$", Pattern.DOTALL | Pattern.MULTILINE);
    private static final String QUICKSTART = "http://127.0.0.1:8080";
    private static final String KEY =
            "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIOMqqnkVzrm0SdG6UOoqKLsabgH5C9okWi0dh2l9GKJl reader\n";
    private static final int PATIENCE_SECONDS = 120;

    @Test
    void everyLineDoesWhatThePageSays(@TempDir Path directory) throws Exception {
        try (TestRouter router = TestRouter.start(directory, Map.of());
                FakeAgent agent = router.agent("h1", new Capacity(8, 16_384, 1000), new PortRange(20_000, 6_000, 10))) {
            router.registerImage();

            String said = type(lines().replace(QUICKSTART, router.uri().toString()), desk(directory), router);

            assertThat(said)
                    .contains("{\"kind\":\"CREATE\",\"status\":\"SUCCEEDED\",\"error\":null}")
                    .contains("{\"kind\":\"operation.started\",")
                    .contains("{\"kind\":\"LAUNCH\",\"status\":\"SUCCEEDED\",\"error\":null}")
                    .contains("\"state\": \"RUNNING\"", "\"publicip\": \"127.0.0.1\"", "\"sshport\": 20000");
            router.awaitSql("select state from capsule", "DELETED");
            assertThat(router.sql("select ssh_key is not null from users where guid = 'bob'"))
                    .isEqualTo("t");
            assertThat(agent.received()).isNotEmpty();
        }
    }

    private static String lines() throws IOException {
        String lines = LINES.matcher(Files.readString(PAGE))
                .results()
                .map(result -> result.group(1))
                .collect(Collectors.joining());
        assertThat(lines).contains("curl", QUICKSTART);
        return lines;
    }

    /** Where the reader sits: the checkout's scripts at hand, two keys, and a curl that takes a refusal for a failure. */
    private static Path desk(Path directory) throws IOException {
        Path desk = Files.createDirectories(directory.resolve("desk"));
        Files.writeString(desk.resolve(".curlrc"), "fail-with-body\n");
        Files.writeString(Files.createDirectories(desk.resolve(".ssh")).resolve("id_ed25519.pub"), KEY);
        Files.writeString(desk.resolve("bob.pub"), KEY);
        Path token = Files.createDirectories(desk.resolve("scripts")).resolve("token");
        Files.writeString(token, "#!/bin/sh\nexec " + CHECKOUT.resolve("scripts/token") + " \"$@\"\n");
        Files.setPosixFilePermissions(token, PosixFilePermissions.fromString("rwx------"));
        return desk;
    }

    /** Answers all that is said, the lines among it; fails at the first that does. */
    private static String type(String lines, Path desk, TestRouter router) throws Exception {
        Path typed = Files.writeString(desk.resolve("lines"), lines);
        Path said = desk.resolve("said");
        ProcessBuilder shell = new ProcessBuilder("bash", "-vu", "-e", "-o", "pipefail", typed.toString())
                .directory(desk.toFile())
                .redirectErrorStream(true)
                .redirectOutput(said.toFile());
        shell.environment().put("HOME", desk.toString());
        shell.environment().put("QUICKSTART_CONFIG", router.configFile().toString());
        Process process = shell.start();
        try {
            assertThat(process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS))
                    .as(() -> read(said))
                    .isTrue();
            assertThat(process.exitValue()).as(() -> read(said)).isZero();
        } finally {
            process.destroyForcibly();
        }
        return read(said);
    }

    private static String read(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            return e.toString();
        }
    }
}
