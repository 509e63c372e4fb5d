package org.datacapsule.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.datacapsule.devkit.fleet.CapsuleApi;
import org.datacapsule.devkit.fleet.CapsuleApi.Started;
import org.datacapsule.devkit.fleet.Patience;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.extension.RegisterExtension;

/** What happens past the routers on real hosts, and what comes of it; each test is the next chapter. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
abstract class ReconcileStory {
    private static final String USER = "ada";
    private static final String PASSWORD = "a-password-of-the-fleet";
    private static final Duration MINUTES = Duration.ofMinutes(2);

    private static final RunningTestbed TESTBED = WholeFleetIT.TESTBED;

    @RegisterExtension
    static final Story STORY = new Story();

    private final List<String> capsules = new ArrayList<>();
    private CapsuleApi api;
    private Moves moves;

    @BeforeAll
    void begin() throws Exception {
        TESTBED.useTwoHosts();
        api = TESTBED.get().researcher();
        moves = new Moves(TESTBED.get());
    }

    @Test
    @Order(1)
    void aCapsuleRunsOnOneHostAndAnotherIsShutDownOnTheOther() throws Exception {
        for (Started each : List.of(create(), create())) {
            succeeds(each.operation());
            capsules.add(each.capsule());
        }
        succeeds(api.command("launchvm", capsules.get(0)).operation());
        try (GuestShell guest = shell(capsules.get(0))) {
            guest.run("echo 1 > count; sync");
        }
    }

    @Test
    @Order(2)
    void aGuestThatEndsOnItsOwnIsShutDownWithinSeconds() throws Exception {
        String capsule = capsules.get(0);
        String host = row(0).path("host").asText();
        List<Ending> endings = List.of(
                () -> TESTBED.get().kill("qemu", host, capsule),
                () -> TESTBED.get().exec(host, "virsh", "-q", "destroy", capsule));
        for (Ending ending : endings) {
            ending.come();
            api.awaitState(capsule, "SHUTDOWN", MINUTES);
            succeeds(api.command("launchvm", capsule).operation());
        }
        assertThat(drift("GUEST_GONE", capsule)).hasSize(2);
    }

    @Test
    @Order(3)
    void aLibvirtThatIsRestartedTakesNoGuestWithIt() throws Exception {
        String capsule = capsules.get(0);
        String host = row(0).path("host").asText();
        try (GuestShell guest = shell(capsule)) {
            String boot = guest.run("cat /proc/sys/kernel/random/boot_id");
            TESTBED.get().kill("libvirtd", host);
            TESTBED.get().start("libvirtd", host);
            assertThat(guest.run("cat /proc/sys/kernel/random/boot_id")).isEqualTo(boot);
        }
        assertThat(api.state(capsule)).isEqualTo("RUNNING");
        assertThat(drift("GUEST_GONE", capsule))
                .as("no more than by its own ends")
                .hasSize(2);
    }

    @Test
    @Order(4)
    void whileTheDatabaseIsAwayNothingIsLostAndNoHostPassesForDead() throws Exception {
        String capsule = capsules.get(0);
        TESTBED.get().kill("postgres");
        Thread.sleep(6_000);
        TESTBED.get().start("postgres");

        Patience.await("an answer", MINUTES, () -> answers(capsule) ? Optional.of(true) : Optional.empty());
        awaitHost("h1", "UP");
        awaitHost("h2", "UP");
        assertThat(api.state(capsule)).isEqualTo("RUNNING");
        assertThat(row(0).path("unreachable_since").isNull()).isTrue();
    }

    @Test
    @Order(5)
    void aClusterThatWasSplitIsOneAgain() throws Exception {
        TESTBED.get().partition("router", "1", "from", "router", "2");
        for (int request = 0; request < 10; request++) {
            assertThat(api.show(capsules.get(0))).isPresent();
        }
        TESTBED.get().heal();

        succeeds(api.command("stopvm", capsules.get(0)).operation());
        awaitHost("h1", "UP");
        awaitHost("h2", "UP");
    }

    /** The host's signs of life come by the other router, and so do commands to it. */
    @Test
    @Order(6)
    void aHostThatIsCutOffFromOneRouterAloneIsUp() throws Exception {
        String capsule = capsules.get(0);
        String host = row(0).path("host").asText();
        TESTBED.get().partition("router", "1", "from", host);
        succeeds(api.command("launchvm", capsule).operation());
        awaitHost(host, "UP");
        TESTBED.get().heal();
        awaitHost(host, "UP");
    }

    @Test
    @Order(7)
    void aCapsuleWhoseDiskWasRemovedByHandSaysSo() throws Exception {
        String capsule = capsules.get(1);
        String host = row(1).path("host").asText();
        TESTBED.get().exec(host, "rm", "/var/lib/libvirt/datacapsule/capsules/" + capsule + "/disk.qcow2");

        JsonNode end = api.awaitEnd(api.command("launchvm", capsule).operation(), MINUTES);

        assertThat(end.path("error").path("code").asText()).isEqualTo("host.capsule-missing");
        assertThat(api.state(capsule)).isEqualTo("ERROR");
    }

    /** Cut off, and stated to be off while its guest runs on: what comes of the statement is what the host finds when it is back. */
    @Test
    @Order(8)
    void aHostThatComesBackStopsWhatLivesElsewhereBeforeAnythingElse() throws Exception {
        CapsuleApi operator = TESTBED.get().operator();
        String capsule = capsules.get(0);
        String from = row(0).path("host").asText();
        TESTBED.get().partition(from);
        Patience.await(
                "that it is said to be unreachable",
                MINUTES,
                () -> row(0).path("unreachable_since").isNull() ? Optional.empty() : Optional.of(true));
        assertThat(api.state(capsule)).isEqualTo("RUNNING");
        assertThat(operator.post("/v1/hosts/" + from + "/evacuate", Map.of("anew", "true"))
                        .body()
                        .path("code")
                        .asText())
                .isEqualTo("host.not-fenced");

        operator.post("/v1/hosts/" + from + "/fence", Map.of("machineIsOff", from))
                .success();
        JsonNode evacuated = operator.post(
                        "/v1/hosts/" + from + "/evacuate", Map.of("anew", "true", "capsule", capsule))
                .success();
        assertThat(evacuated.path("evacuating").path(0).path("to").asText())
                .as(evacuated.toString())
                .isEqualTo(Moves.other(from));
        succeeds(evacuated.path("evacuating").path(0).path("operation").asText());
        succeeds(api.command("launchvm", capsule).operation());
        assertThat(TESTBED.get().exec(from, "virsh", "-q", "list", "--uuid")).contains(capsule);

        TESTBED.get().heal();
        awaitHost(from, "UP");

        assertThat(TESTBED.get().exec(from, "virsh", "-q", "list", "--uuid"))
                .as("it was UP only after this had ended")
                .doesNotContain(capsule);
        assertThat(TESTBED.get().exec(from, "ls", "/var/lib/libvirt/datacapsule/set-aside"))
                .contains(capsule);
        assertThat(api.state(capsule)).isEqualTo("RUNNING");
        try (GuestShell guest = shell(capsule)) {
            assertThat(guest.run("ls count 2>&1 || true"))
                    .as("it was made anew")
                    .contains("No such file");
        }
        moves.awaitNothingOf(capsule, from);
        Patience.await(
                "what was set aside",
                MINUTES,
                () -> drift("SET_ASIDE", capsule).isEmpty() ? Optional.empty() : Optional.of(true));
    }

    /** A way for a guest to end. */
    @FunctionalInterface
    private interface Ending {
        void come() throws Exception;
    }

    private boolean answers(String capsule) throws InterruptedException {
        try {
            return api.show(capsule).isPresent();
        } catch (IOException | IllegalStateException e) {
            return false;
        }
    }

    private static List<JsonNode> drift(String kind, String capsule) throws IOException, InterruptedException {
        List<JsonNode> rows = new ArrayList<>();
        TESTBED.get()
                .operator()
                .get("/v1/drift?kind=" + kind + "&capsule=" + capsule)
                .success()
                .path("drift")
                .forEach(rows::add);
        return rows;
    }

    private Started create() throws IOException, InterruptedException {
        return api.create(TESTBED.get().image(), USER, PASSWORD);
    }

    private void succeeds(String operation) throws IOException, InterruptedException {
        JsonNode end = api.awaitEnd(operation, MINUTES);
        assertThat(end.path("status").asText()).as(end.toString()).isEqualTo("SUCCEEDED");
    }

    private JsonNode row(int capsule) throws IOException, InterruptedException {
        return api.show(capsules.get(capsule)).orElseThrow();
    }

    private static void awaitHost(String id, String state) throws IOException, InterruptedException {
        CapsuleApi operator = TESTBED.get().operator();
        Patience.await(id + " that is " + state, MINUTES, () -> {
            for (JsonNode host : operator.get("/v1/hosts").success().path("hosts")) {
                if (host.path("id").asText().equals(id)
                        && host.path("state").asText().equals(state)) {
                    return Optional.of(host);
                }
            }
            return Optional.empty();
        });
    }

    private GuestShell shell(String capsule) throws IOException, InterruptedException {
        JsonNode row = api.show(capsule).orElseThrow();
        return GuestShell.awaitWithPassword(
                row.path("publicip").asText(), row.path("sshport").asInt(), USER, PASSWORD);
    }
}
