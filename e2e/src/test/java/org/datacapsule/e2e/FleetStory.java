package org.datacapsule.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.datacapsule.e2e.Moves.other;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
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
abstract class FleetStory {
    private static final String USER = "ada";
    private static final String PASSWORD = "a-password-of-the-fleet";
    private static final Duration MINUTES = Duration.ofMinutes(2);

    private static final RunningTestbed TESTBED = WholeFleetIT.TESTBED;

    @RegisterExtension
    static final Story STORY = new Story();

    /** Tries the host's name service, which maintenance mode allows: once, or ten times a second for ever. */
    private static final String PROBE = """
            perl -e 'use IO::Socket::INET; $| = 1; ($gateway) = `ip route` =~ /via (\\S+)/;
            do { print IO::Socket::INET->new(PeerAddr => "$gateway:53", Timeout => 1) ? "through\\n" : "cut\\n";
            select(undef, undef, undef, 0.1) } until @ARGV' --""".replace("\n", " ");

    private final List<String> capsules = new ArrayList<>();
    private String boot = "";
    private CapsuleApi api;
    private TestbedTraces traces;
    private Moves moves;

    @BeforeAll
    void begin() throws Exception {
        TESTBED.useTwoHosts();
        api = TESTBED.get().researcher();
        moves = new Moves(TESTBED.get());
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

    /** A program of the guest, begun in an SSH session, counts on its disk ten times a second and never stops. */
    @Test
    @Order(6)
    void aRunningGuestMovesToTheOtherHostAndDoesNotNotice() throws Exception {
        String capsule = capsules.get(0);
        String from = row(0).path("host").asText();
        String boot;
        String session;
        int before;
        try (GuestShell guest = shell(capsule)) {
            boot = guest.run("cat /proc/sys/kernel/random/boot_id");
            session = guest.run(
                    "sh -c 'trap \"\" HUP; n=0; while :; do n=$((n+1)); echo $n > count; sync; sleep 0.1; done'"
                            + " > counting 2>&1 < /dev/null & sleep 1; echo $!");
            before = Integer.parseInt(guest.run("cat count"));

            JsonNode moved = moves.migrate(capsule, other(from));

            assertThat(moved.path("result").asText()).as(moved.toString()).isEqualTo("MOVED");
            assertThat(moved.path("live").asBoolean()).isTrue();
            assertThat(moved.path("downtimeMs").asInt()).isBetween(0, 5_000);
        }

        assertThat(row(0).path("host").asText()).isEqualTo(other(from));
        assertThat(api.state(capsule)).isEqualTo("RUNNING");
        try (GuestShell guest = shell(capsule)) {
            assertThat(guest.run("cat /proc/sys/kernel/random/boot_id")).isEqualTo(boot);
            assertThat(guest.run("kill -0 " + session + " && echo works")).isEqualTo("works");
            int after = Integer.parseInt(guest.run("cat count"));
            assertThat(after).isGreaterThan(before);
            assertThat(Integer.parseInt(guest.run("sleep 1; cat count"))).isGreaterThan(after);
        }
        moves.awaitNothingOf(capsule, from);
    }

    /** Each thing that the other host needs for a guest ends in the middle of a copy that the limit makes last. */
    @Test
    @Order(7)
    void aGuestWhoseNewHostFailsInTheMiddleStaysWhereItIs() throws Exception {
        Testbed testbed = TESTBED.get();
        String capsule = capsules.get(0);
        String from = row(0).path("host").asText();
        String to = other(from);
        try (GuestShell guest = shell(capsule)) {
            String boot = guest.run("cat /proc/sys/kernel/random/boot_id");
            String operation = moves.begin(capsule, to, 1);
            moves.awaitCopying(capsule, to);
            assertThat(moves.limit(capsule, from)).isEqualTo(1);

            testbed.kill("agent", to);
            testbed.kill("qemu", to, capsule);
            testbed.kill("libvirtd", to);
            assertThat(guest.run("cat /proc/sys/kernel/random/boot_id")).isEqualTo(boot);
            JsonNode stayed = moves.cancel(operation);

            assertThat(stayed.path("status").asText()).as(stayed.toString()).isEqualTo("SUCCEEDED");
            assertThat(moves.row(operation).path("result").asText()).isEqualTo("CANCELLED");
            assertThat(row(0).path("host").asText()).isEqualTo(from);
            assertThat(api.state(capsule)).isEqualTo("RUNNING");
            assertThat(guest.run("cat /proc/sys/kernel/random/boot_id")).isEqualTo(boot);
        } finally {
            testbed.start("libvirtd", to);
            testbed.start("agent", to);
        }
        awaitHost(to, "UP");
        moves.awaitNothingOf(capsule, to);
    }

    /** What the killed agent has begun goes on without it, and the one that comes after it finds that. */
    @Test
    @Order(8)
    void aGuestWhoseHostFailsInTheMiddleIsOnOneHostAlone() throws Exception {
        Testbed testbed = TESTBED.get();
        String capsule = capsules.get(0);
        String from = row(0).path("host").asText();
        String to = other(from);
        try (GuestShell guest = shell(capsule)) {
            String boot = guest.run("cat /proc/sys/kernel/random/boot_id");
            String operation = moves.begin(capsule, to, 1);
            moves.awaitCopying(capsule, to);

            testbed.kill("agent", from);
            testbed.kill("libvirtd", from);
            assertThat(guest.run("cat /proc/sys/kernel/random/boot_id")).isEqualTo(boot);
            testbed.start("libvirtd", from);
            testbed.start("agent", from);
            JsonNode stayed = moves.cancel(operation);

            assertThat(stayed.path("status").asText()).as(stayed.toString()).isEqualTo("SUCCEEDED");
            assertThat(row(0).path("host").asText()).isEqualTo(from);
            assertThat(guest.run("cat /proc/sys/kernel/random/boot_id")).isEqualTo(boot);
        }
        moves.awaitNothingOf(capsule, to);
        awaitHost(from, "UP");
    }

    @Test
    @Order(9)
    void aCapsuleInSecureModeThatCannotArriveStaysInIt() throws Exception {
        String capsule = capsules.get(0);
        String from = row(0).path("host").asText();
        try (GuestShell guest = shell(capsule)) {
            boot = guest.run("echo before > known; sync; cat /proc/sys/kernel/random/boot_id");
            // That it gets through now makes it mean something that it does not later.
            assertThat(guest.run(PROBE + " once")).isEqualTo("through");
        }
        switchTo(capsule, "secure");
        Patience.await(
                "secure volume in the guest",
                MINUTES,
                () -> console(from).run("mount").contains("/media/secure") ? Optional.of(true) : Optional.empty());
        console(from)
                .run("echo a-finding > /media/secure/finding; echo learned > /home/" + USER + "/learned; sync;" + PROBE
                        + " > /root/probed 2>&1 < /dev/null &");
        // Where its screen would be, there is another program.
        TESTBED.get()
                .exec(
                        other(from),
                        "sh",
                        "-c",
                        "for port in 5900 5901 5902; do setsid perl -MIO::Socket::INET -e '$s = IO::Socket::INET->new("
                                + "LocalAddr => \"0.0.0.0\", LocalPort => $ARGV[0], Listen => 1, ReuseAddr => 1);"
                                + " sleep 600' $port > /dev/null 2>&1 < /dev/null & echo $! >> /run/strangers; done");
        try (WatchedHosts watched = WatchedHosts.begin(TESTBED.get(), from, other(from))) {
            JsonNode moved = moves.migrate(capsule, other(from));

            assertThat(moved.path("result").asText()).as(moved.toString()).isEqualTo("TAKEN_BACK");
            assertWatched(watched.end(), from);
        } finally {
            TESTBED.get().exec(other(from), "sh", "-c", "kill $(cat /run/strangers)");
        }

        assertThat(row(0).path("mode").asText()).isEqualTo("SECURE");
        assertThat(row(0).path("host").asText()).isEqualTo(from);
        assertThat(console(from).run("cat /media/secure/finding")).isEqualTo("a-finding");
        moves.awaitNothingOf(capsule, other(from));
    }

    @Test
    @Order(10)
    void aCapsuleInSecureModeMovesAndIsNeverUnderAnotherPolicy() throws Exception {
        String capsule = capsules.get(0);
        String from = row(0).path("host").asText();
        String to = other(from);

        try (WatchedHosts watched = WatchedHosts.begin(TESTBED.get(), from, to)) {
            JsonNode moved = moves.migrate(capsule, to);

            assertThat(moved.path("result").asText()).as(moved.toString()).isEqualTo("MOVED");
            assertThat(row(0).path("mode").asText()).isEqualTo("SECURE");
            String probed = console(to).run("wc -l < /root/probed");
            Patience.await(
                    "probes from the new host",
                    MINUTES,
                    () -> console(to).run("wc -l < /root/probed").equals(probed)
                            ? Optional.empty()
                            : Optional.of(true));
            assertWatched(watched.end(), from, to);
        }

        assertThat(console(to).run("sort -u /root/probed; cat /home/" + USER + "/learned"))
                .isEqualTo("cut\nlearned");
        JsonNode row = row(0);
        assertThatThrownBy(() -> GuestShell.withPassword(
                        row.path("publicip").asText(), row.path("sshport").asInt(), USER, PASSWORD))
                .isInstanceOf(IOException.class);
        moves.awaitNothingOf(capsule, from);
    }

    @Test
    @Order(11)
    void fromItsNewHostAResultIsReleasedAndTheWayBackLeadsToTheCheckpoint() throws Exception {
        String capsule = capsules.get(0);
        String host = row(0).path("host").asText();
        assertThat(console(host).run("cd /media/secure && su " + USER + " -c 'releaseresults finding' 2>&1"))
                .contains("handed in");
        JsonNode result = Patience.await("result at the router", MINUTES, () -> {
            JsonNode found = api.get("/getvmresults?vmid=" + capsule).success().path("res");
            return found.isEmpty() ? Optional.empty() : Optional.of(found.path(0));
        });
        String id = result.path("resultId").asText();
        TESTBED.get()
                .reviewer()
                .post(
                        "/updateresult",
                        Map.of(
                                "resultid",
                                id,
                                "status",
                                "Released",
                                "sha256",
                                result.path("sha256").asText(),
                                "comment",
                                "looked at"))
                .success();
        String link = api.get("/checkdownloadability?randomid=" + id).text("randomid");
        assertThat(new String(api.file("/download?randomid=" + link), StandardCharsets.UTF_8))
                .contains("a-finding");

        switchTo(capsule, "maintenance");

        assertThat(row(0).path("host").asText()).isEqualTo(host);
        try (GuestShell guest = shell(capsule)) {
            assertThat(guest.run("cat known; ls; cat /proc/sys/kernel/random/boot_id"))
                    .startsWith("before")
                    .doesNotContain("learned")
                    .endsWith(boot);
            assertThat(guest.run(PROBE + " once")).isEqualTo("through");
        }
        switchTo(capsule, "secure");
        Patience.await(
                "finding on the volume",
                MINUTES,
                () -> console(host).run("cat /media/secure/finding").equals("a-finding")
                        ? Optional.of(true)
                        : Optional.empty());
        succeeds(api.command("stopvm", capsule).operation());
    }

    @Test
    @Order(12)
    void aCapsuleThatIsShutDownMovesAsItIs() throws Exception {
        String capsule = capsules.get(0);
        String from = row(0).path("host").asText();

        JsonNode moved = moves.migrate(capsule, other(from));

        assertThat(moved.path("result").asText()).as(moved.toString()).isEqualTo("MOVED");
        assertThat(row(0).path("host").asText()).isEqualTo(other(from));
        moves.awaitNothingOf(capsule, from);
        succeeds(api.command("launchvm", capsule).operation());
        try (GuestShell guest = shell(capsule)) {
            assertThat(guest.run("cat known")).isEqualTo("before");
        }
    }

    /** With all that a host was given, and where it was; what it has open is ended. */
    @Test
    @Order(13)
    void whoIsNoHostAnyMoreIsRefusedByTheOthersLibvirts() throws Exception {
        assertThat(asksOther("h3", "h1")).isEqualTo("h1");
        TESTBED.get().exec("h3", "sh", "-c", "sleep 600 | " + call("h1") + " > /dev/null 2>&1 &");
        Patience.await(
                "connection that stays open", MINUTES, () -> isConnected("h1") ? Optional.of(true) : Optional.empty());

        TESTBED.get().operator().delete("/v1/hosts/h3").success();

        Patience.await(
                "libvirt of h1 that refuses h3",
                MINUTES,
                () -> !isConnected("h1") && asksOther("h3", "h1").isEmpty() ? Optional.of(true) : Optional.empty());
        assertThat(asksOther("h2", "h1")).as("one that is a host").isEqualTo("h1");
    }

    /** Whether any other host has a connection to its libvirt. */
    private static boolean isConnected(String host) throws IOException, InterruptedException {
        return TESTBED.get().exec(host, "virt-admin", "client-list", "libvirtd").contains(" tls ");
    }

    /** What the libvirt of another host says its name is; nothing where it does not take the call. */
    private static String asksOther(String from, String to) throws IOException, InterruptedException {
        return TESTBED.get()
                .exec(from, "sh", "-c", call(to) + " hostname 2> /dev/null || true")
                .strip();
    }

    private static String call(String to) throws IOException, InterruptedException {
        String address = TESTBED.get().exec(to, "hostname", "--ip-address").strip();
        return "virsh -q -c 'qemu+tls://" + address + "/system?pkipath=/etc/libvirt/datacapsule/links'";
    }

    @Test
    @Order(14)
    void nothingIsLeftOfATestbed() throws Exception {
        TESTBED.get().partition("h1", "from", "h2");
        traces.watch(firstProcesses());
        assertThat(traces.look())
                .containsOnlyKeys("devices", "nftables", "loop devices", "ports", "processes", "namespaces");

        TESTBED.get().takeDown();

        assertThat(traces.look()).isEmpty();
        assertThat(TESTBED.get().state()).doesNotExist();
    }

    private void switchTo(String capsule, String mode) throws IOException, InterruptedException {
        succeeds(Started.of(api.post("/switchvm", Map.of("vmid", capsule, "mode", mode)))
                .operation());
    }

    private GuestConsole console(String host) {
        return new GuestConsole(
                arguments -> {
                    List<String> command = new ArrayList<>(List.of("virsh", "-q"));
                    command.addAll(List.of(arguments));
                    return TESTBED.get().exec(host, command.toArray(String[]::new));
                },
                capsules.get(0),
                Duration.ofMinutes(2));
    }

    /** On both hosts somebody looked, saw data on these, and nothing wrong anywhere. */
    private static void assertWatched(Map<String, List<String>> said, String... withData) {
        assertThat(said).hasSize(2).allSatisfy((host, lines) -> {
            assertThat(lines).as(host).hasSize(2);
            assertThat(lines.getFirst()).startsWith("looks: ").isNotEqualTo("looks: 0");
        });
        assertThat(said)
                .allSatisfy((host, lines) -> assertThat(lines.getLast().equals("with data: 0")
                                && List.of(withData).contains(host))
                        .as(host)
                        .isFalse());
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
        assertThat(found).hasSize(TESTBED.hosts() + TESTBED.routers());
        return found;
    }
}
