package org.datacapsule.agent.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.datacapsule.agent.config.AgentConfig;
import org.datacapsule.agent.local.CapsuleView;
import org.datacapsule.agent.local.LocalAnswer;
import org.datacapsule.agent.local.LocalRequest;
import org.datacapsule.agent.local.Refusal;
import org.datacapsule.common.capsule.CapsuleMode;
import org.datacapsule.common.capsule.CapsuleType;
import org.datacapsule.common.error.ErrorCode;
import org.datacapsule.common.error.Problem;
import org.datacapsule.common.id.CapsuleId;
import org.datacapsule.common.id.Sha256;
import org.datacapsule.common.wire.Login;
import org.datacapsule.common.wire.Outcome;
import org.datacapsule.common.wire.SecureVolume;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

class ScriptCommandTest {
    private static final String WDIR = "/var/instance/2f1c0a9e-5d0f-4c6b-9d7a-0a51c2c3e4f5";
    private static final String KEY = Base64.getEncoder().encodeToString(new byte[32]);
    private static final Path OPERATORS_PAGE = Path.of("../docs/operator.md");

    private final List<LocalRequest> asked = new ArrayList<>();
    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();
    private LocalAnswer answer = new LocalAnswer.Ended(Outcome.Succeeded.DONE);

    @TempDir
    private Path directory = Path.of("");

    private String config = "";
    private String password = "";
    private String key = "";

    @BeforeEach
    void files() throws Exception {
        Path file = Files.writeString(directory.resolve("key"), KEY + "\n");
        key = file.toString();
        password = Files.writeString(directory.resolve("password"), "s3cret-Pass\n")
                .toString();
        config = Files.writeString(directory.resolve("agent.yaml"), """
                host: {name: h1, address: h1.example.org}
                bus: {host: 127.0.0.1, routers: ["127.0.0.1:5703"]}
                router.command-keys: [%s]
                secrets.key-file: %s
                """.formatted(file, file))
                .toString();
    }

    @Test
    void createTakesTheSeedsFlags() {
        assertThat(create("--loginpwd-file", password)).isZero();

        assertThat(asked)
                .containsExactly(new LocalRequest.Create(
                        WDIR,
                        "/var/image_file",
                        CapsuleType.RESEARCH,
                        2,
                        1024,
                        10,
                        20_001,
                        5_901,
                        new Login("vmloginid", "s3cret-Pass", List.of())));
    }

    @Test
    void launchAndSwitchTakeTheSeedsFlags() {
        assertThat(run("launch", "--mode", "maintain", "--policy", "/p/maintenance.yaml"))
                .isZero();
        assertThat(run("switch", "--mode", "secure", "--policy", "/p/secure.yaml", "--volume-key-file", key))
                .isZero();
        assertThat(run("switch", "--mode", "maintenance")).isZero();
        assertThat(run("launch", "--mode", "maintain", "--loginid", "ada", "--loginpwd-file", password))
                .isZero();

        assertThat(asked)
                .containsExactly(
                        new LocalRequest.Launch(WDIR, Optional.of("/p/maintenance.yaml"), Optional.empty()),
                        new LocalRequest.Switch(
                                WDIR,
                                CapsuleMode.SECURE,
                                Optional.of("/p/secure.yaml"),
                                Optional.of(new SecureVolume(10_240, KEY))),
                        new LocalRequest.Switch(WDIR, CapsuleMode.MAINTENANCE, Optional.empty(), Optional.empty()),
                        new LocalRequest.Launch(
                                WDIR, Optional.empty(), Optional.of(new Login("ada", "s3cret-Pass", List.of()))));
    }

    @Test
    void theQueryPrintsKeysAndValues() {
        CapsuleId capsule = CapsuleId.parse("2f1c0a9e-5d0f-4c6b-9d7a-0a51c2c3e4f5");
        answer = new LocalAnswer.Seen(new CapsuleView(
                capsule, CapsuleMode.SECURE, true, "192.168.1.1", Optional.of(20_001), Optional.empty()));

        assertThat(run("query")).isZero();

        assertThat(out.toString().lines())
                .containsExactly(
                        "mode: secure",
                        "status: running",
                        "publicip: 192.168.1.1",
                        "sshport: 20001",
                        "vncport: unknown",
                        "vmid: " + capsule);
    }

    @Test
    void everyRefusalHasACodeOfItsOwnAndIsSaidOnStandardError() {
        Set<Integer> codes = new TreeSet<>();
        for (Refusal refusal : Refusal.values()) {
            answer = new LocalAnswer.Refused(refusal, "because of " + refusal);
            codes.add(run("stop"));
            assertThat(err.toString()).contains("error: because of " + refusal);
        }
        assertThat(codes).hasSize(Refusal.values().length).doesNotContain(0);
        assertThat(out.toString()).isEmpty();
    }

    @Test
    void aCommandThatFailedIsAnErrorOfItsKind() {
        answer = new LocalAnswer.Ended(
                new Outcome.Failed(Problem.of(ErrorCode.HOST_DISK_FULL, "There is no room."), true));

        assertThat(run("delete")).isEqualTo(Refusal.DISK_FULL.exitCode());

        assertThat(err.toString().strip()).isEqualTo("error: There is no room.");
    }

    @Test
    void whatIsMistypedIsRefusedBeforeAnybodyIsAsked() throws Exception {
        Path shortOne = Files.writeString(directory.resolve("short"), "abc");
        assertThat(create("--loginpwd", "s3cret-Pass"))
                .as("passwords are on no command line of this program")
                .isEqualTo(2);
        assertThat(create("--loginpwd-file", shortOne.toString())).isEqualTo(2);
        assertThat(create("--loginpwd-file", password, "--disk-gb", "0")).isEqualTo(2);
        assertThat(create("--loginpwd-file", password, "--type", "OPEN")).isEqualTo(2);
        assertThat(run("launch", "--mode", "secure")).isEqualTo(2);
        assertThat(run("launch", "--mode", "open")).isEqualTo(2);
        assertThat(run("launch")).isEqualTo(2);
        assertThat(run("launch", "--mode", "maintain", "--loginid", "ada")).isEqualTo(2);
        assertThat(run("stop", "--grace", "-1")).isEqualTo(2);
        assertThat(create("--loginpwd-file", "/nonexistent")).isEqualTo(Refusal.NO_SECRET.exitCode());
        assertThat(run("switch", "--mode", "secure", "--volume-key-file", password))
                .isEqualTo(Refusal.NO_SECRET.exitCode());
        assertThat(line().execute("script", "stop", "--wdir", WDIR, "--config", "/nonexistent"))
                .isEqualTo(Refusal.BAD_CONFIGURATION.exitCode());
        assertThat(asked).isEmpty();
        assertThat(err.toString()).doesNotContain("s3cret-Pass\n");
    }

    @Test
    void theHelpAndTheOperatorsPageListEveryCode() throws Exception {
        String page = Files.readString(OPERATORS_PAGE);
        for (String command : List.of("create", "launch", "query", "switch", "stop", "delete")) {
            out.getBuffer().setLength(0);
            assertThat(line().execute("script", command, "--help")).isZero();
            for (Refusal refusal : Refusal.values()) {
                assertThat(out.toString()).containsPattern("(?m)^ *" + refusal.exitCode() + " +[\\w-]");
                assertThat(page).contains("| " + refusal.exitCode() + " | " + refusal.meaning() + " |");
            }
        }
    }

    private int create(String... more) {
        List<String> arguments = new ArrayList<>(List.of(
                "--image",
                "/var/image_file",
                "--vcpu",
                "2",
                "--mem",
                "1024",
                "--vnc",
                "5901",
                "--ssh",
                "20001",
                "--loginid",
                "vmloginid"));
        arguments.addAll(List.of(more));
        return run("create", arguments.toArray(String[]::new));
    }

    private int run(String command, String... more) {
        List<String> arguments = new ArrayList<>(List.of("script", command, "--wdir", WDIR + "/", "--config", config));
        arguments.addAll(List.of(more));
        return line().execute(arguments.toArray(String[]::new));
    }

    private CommandLine line() {
        Programs programs = new Programs() {
            @Override
            public void serve(AgentConfig read) {
                throw new AssertionError("not asked for");
            }

            @Override
            public Sha256 addImage(AgentConfig read, Path file) {
                throw new AssertionError("not asked for");
            }

            @Override
            public LocalAnswer script(AgentConfig read, LocalRequest request) {
                asked.add(request);
                return answer;
            }
        };
        CommandLine line = AgentCommandLine.of(programs, "1.2.3");
        line.setOut(new PrintWriter(out, true));
        line.setErr(new PrintWriter(err, true));
        return line;
    }
}
