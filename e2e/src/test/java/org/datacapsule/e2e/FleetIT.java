package org.datacapsule.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.datacapsule.devkit.fleet.CapsuleApi;
import org.datacapsule.devkit.fleet.CapsuleApi.Started;
import org.datacapsule.devkit.fleet.Patience;
import org.datacapsule.devkit.fleet.Testbed;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Two hosts and two routers, and what each of them may lose; each test is the next chapter. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class FleetIT {
    private static final String USER = "ada";
    private static final String PASSWORD = "a-password-of-the-fleet";
    private static final Duration MINUTES = Duration.ofMinutes(2);

    @RegisterExtension
    static final RunningTestbed TESTBED = new RunningTestbed(2, 2);

    @RegisterExtension
    static final Story STORY = new Story();

    private final List<String> capsules = new ArrayList<>();
    private CapsuleApi api;
    private TestbedTraces traces;

    @BeforeAll
    void begin() {
        api = TESTBED.get().researcher();
        traces = new TestbedTraces(TESTBED.get().state());
    }

    @Test
    @Order(1)
    void capsulesAreSpreadOverTheHosts() throws Exception {
        List<Started> created = List.of(create(), create());
        for (Started each : created) {
            succeeds(each.operation());
            capsules.add(each.capsule());
        }

        assertThat(List.of(row(0).path("host").asText(), row(1).path("host").asText()))
                .containsExactlyInAnyOrder("h1", "h2");
    }

    @Test
    @Order(2)
    void eachIsReachedAtItsOwnHost() throws Exception {
        List<Started> launched =
                List.of(api.command("launchvm", capsules.get(0)), api.command("launchvm", capsules.get(1)));
        for (Started each : launched) {
            succeeds(each.operation());
        }

        assertThat(row(0).path("publicip").asText())
                .isNotEqualTo(row(1).path("publicip").asText());
        for (String capsule : capsules) {
            try (GuestShell guest = shell(capsule)) {
                assertThat(guest.run("uname -n")).isEqualTo("capsule-" + capsule.substring(0, 8));
            }
        }
    }

    @Test
    @Order(3)
    void theApiAnswersWhenARouterIsLost() throws Exception {
        TESTBED.get().kill("router", "1");

        for (int request = 0; request < 20; request++) {
            assertThat(api.show(capsules.get(0))).isPresent();
        }
        succeeds(api.command("stopvm", capsules.get(1)).operation());

        TESTBED.get().start("router", "1");
    }

    @Test
    @Order(4)
    void aGuestDoesNotNoticeThatItsAgentDies() throws Exception {
        Testbed testbed = TESTBED.get();
        String capsule = capsules.get(0);
        String host = row(0).path("host").asText();
        try (GuestShell guest = shell(capsule)) {
            String boot = guest.run("cat /proc/sys/kernel/random/boot_id");

            testbed.kill("agent", host);
            awaitHost(host, "DOWN");
            assertThat(guest.run("cat /proc/sys/kernel/random/boot_id")).isEqualTo(boot);
            testbed.start("agent", host);
            awaitHost(host, "UP");

            assertThat(guest.run("cat /proc/sys/kernel/random/boot_id")).isEqualTo(boot);
            assertThat(api.state(capsule)).isEqualTo("RUNNING");
        }
    }

    @Test
    @Order(5)
    void aHostThatWasCutOffComesBack() throws Exception {
        TESTBED.get().partition("h1");
        awaitHost("h1", "DOWN");
        awaitHost("h2", "UP");

        TESTBED.get().heal();

        awaitHost("h1", "UP");
        awaitHost("h2", "UP");
    }

    /** A program of the guest counts on its disk, ten times a second, and never stops. */
    @Test
    @Order(6)
    void aRunningGuestMovesToTheOtherHostAndDoesNotNotice() throws Exception {
        String capsule = capsules.get(0);
        String from = row(0).path("host").asText();
        String boot;
        int before;
        try (GuestShell guest = shell(capsule)) {
            boot = guest.run("cat /proc/sys/kernel/random/boot_id");
            guest.run("sh -c 'trap \"\" HUP; n=0; while :; do n=$((n+1)); echo $n > count; sync; sleep 0.1; done'"
                    + " > counting 2>&1 < /dev/null & sleep 1; cat counting");
            before = Integer.parseInt(guest.run("sleep 1; cat count"));
        }

        JsonNode moved = migrate(capsule, other(from));

        assertThat(moved.path("result").asText()).as(moved.toString()).isEqualTo("MOVED");
        assertThat(moved.path("live").asBoolean()).isTrue();
        assertThat(moved.path("downtimeMs").asInt()).isBetween(0, 5_000);
        assertThat(row(0).path("host").asText()).isEqualTo(other(from));
        assertThat(api.state(capsule)).isEqualTo("RUNNING");
        try (GuestShell guest = shell(capsule)) {
            assertThat(guest.run("cat /proc/sys/kernel/random/boot_id")).isEqualTo(boot);
            int after = Integer.parseInt(guest.run("cat count"));
            assertThat(after).isGreaterThan(before);
            assertThat(Integer.parseInt(guest.run("sleep 1; cat count"))).isGreaterThan(after);
        }
        awaitNothingOf(capsule, from);
    }

    @Test
    @Order(7)
    void aCapsuleThatIsShutDownMovesAsItIs() throws Exception {
        String capsule = capsules.get(0);
        String from = row(0).path("host").asText();
        try (GuestShell guest = shell(capsule)) {
            guest.run("echo kept > kept; sync");
        }
        succeeds(api.command("stopvm", capsule).operation());

        JsonNode moved = migrate(capsule, other(from));

        assertThat(moved.path("result").asText()).as(moved.toString()).isEqualTo("MOVED");
        assertThat(row(0).path("host").asText()).isEqualTo(other(from));
        awaitNothingOf(capsule, from);
        succeeds(api.command("launchvm", capsule).operation());
        try (GuestShell guest = shell(capsule)) {
            assertThat(guest.run("cat kept")).isEqualTo("kept");
        }
    }

    @Test
    @Order(8)
    void aGuestWhoseNewHostDoesNotAnswerStaysWhereItIs() throws Exception {
        String capsule = capsules.get(0);
        String from = row(0).path("host").asText();
        TESTBED.get().kill("libvirtd", other(from));
        try (GuestShell guest = shell(capsule)) {
            String boot = guest.run("cat /proc/sys/kernel/random/boot_id");

            JsonNode moved = migrate(capsule, other(from));

            assertThat(moved.path("result").asText()).as(moved.toString()).isEqualTo("TAKEN_BACK");
            assertThat(row(0).path("host").asText()).isEqualTo(from);
            assertThat(api.state(capsule)).isEqualTo("RUNNING");
            assertThat(guest.run("cat /proc/sys/kernel/random/boot_id")).isEqualTo(boot);
        } finally {
            TESTBED.get().start("libvirtd", other(from));
        }
        awaitNothingOf(capsule, other(from));
    }

    @Test
    @Order(9)
    void nothingIsLeftOfATestbed() throws Exception {
        TESTBED.get().partition("h1", "from", "h2");
        traces.watch(firstProcesses());
        assertThat(traces.look())
                .containsOnlyKeys("devices", "nftables", "loop devices", "ports", "processes", "namespaces");

        TESTBED.get().close();

        assertThat(traces.look()).isEmpty();
        assertThat(TESTBED.get().state()).doesNotExist();
    }

    private JsonNode migrate(String capsule, String to) throws IOException, InterruptedException {
        CapsuleApi operator = TESTBED.get().operator();
        String operation = operator.post(
                        "/migratevm", Map.of("vmid", capsule, "host", to), "migrate-" + System.nanoTime())
                .success()
                .path("operation")
                .asText();
        operator.awaitEnd(operation, MINUTES);
        for (JsonNode migration : operator.get("/v1/migrations").success().path("migrations")) {
            if (migration.path("id").asText().equals(operation)) {
                return migration;
            }
        }
        throw new AssertionError("no migration " + operation);
    }

    private static String other(String host) {
        return host.equals("h1") ? "h2" : "h1";
    }

    /** Neither files, nor a domain, nor a filter on its interface. */
    private static void awaitNothingOf(String capsule, String host) throws IOException, InterruptedException {
        Patience.await("a host without anything of the capsule", MINUTES, () -> {
            String found = TESTBED.get()
                    .exec(
                            host,
                            "sh",
                            "-c",
                            "ls /var/lib/libvirt/datacapsule/capsules /run/libvirt/qemu; virsh -q list --all --uuid;"
                                    + " for tap in $(virsh -q nwfilter-binding-list | awk '{ print $1 }'); do"
                                    + " virsh nwfilter-binding-dumpxml $tap; done");
            return found.contains(capsule) ? Optional.empty() : Optional.of(host);
        });
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

    private GuestShell shell(String capsule) throws IOException, InterruptedException {
        JsonNode row = api.show(capsule).orElseThrow();
        return GuestShell.awaitWithPassword(
                row.path("publicip").asText(), row.path("sshport").asInt(), USER, PASSWORD);
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

    /** Process 1 of each node, by the records of scripts/testbed. */
    private static List<Long> firstProcesses() throws IOException {
        List<Long> found = new ArrayList<>();
        try (DirectoryStream<Path> records =
                Files.newDirectoryStream(TESTBED.get().state().resolve("run"), "*.init")) {
            for (Path record : records) {
                found.add(Long.parseLong(Files.readString(record).split(" ", 2)[0]));
            }
        }
        assertThat(found).hasSize(4);
        return found;
    }
}
