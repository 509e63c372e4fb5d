package org.datacapsule.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.apache.sshd.common.SshException;
import org.apache.sshd.common.config.keys.PublicKeyEntry;
import org.datacapsule.common.wire.GuestNetwork;
import org.datacapsule.devkit.fleet.Answer;
import org.datacapsule.devkit.fleet.CapsuleApi;
import org.datacapsule.devkit.fleet.CapsuleApi.Started;
import org.datacapsule.devkit.fleet.FleetPlan;
import org.datacapsule.devkit.fleet.Libvirt;
import org.datacapsule.devkit.fleet.Patience;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.extension.RegisterExtension;

/** One capsule from createvm to the last trace of it; each test is the next chapter. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class CapsuleLifeIT {
    private static final String USER = "ada";
    /** VNC takes the first eight characters, so these alone must not be found anywhere. */
    private static final String TELLING = "qZ7-wK3+";

    private static final String PASSWORD = TELLING + "and-the-rest-of-it";
    private static final String WRONG_PASSWORD = "pZ7-wK3+and-the-rest-of-it";
    private static final String NOTE = "/home/" + USER + "/note";
    private static final String SNAPSHOTS = "/v1/capsules/%s/snapshots";
    private static final Duration SOON = Duration.ofSeconds(30);

    @RegisterExtension
    static final RunningFleet FLEET = new RunningFleet(FleetPlan.onLibvirt().withRouter("capsules.stop-grace", "30s"));

    @RegisterExtension
    static final Story STORY = new Story();

    private final KeyPair key;
    private CommandLineWatch commandLines;
    private CapsuleApi api;
    private String capsule = "";
    private String snapshot = "";
    private Place place = Place.NOWHERE;

    CapsuleLifeIT() throws Exception {
        key = KeyPairGenerator.getInstance("EC").generateKeyPair();
    }

    @BeforeAll
    void watch() throws Exception {
        commandLines = new CommandLineWatch(TELLING);
        api = FLEET.get().api("ada-of-the-life-test");
    }

    @AfterAll
    void endWatch() {
        commandLines.close();
    }

    @Test
    @Order(1)
    void aCreatedCapsuleIsShutDown() throws Exception {
        Started created = api.create(FLEET.get().image(), USER, PASSWORD);
        capsule = created.capsule();
        assertThat(api.awaitEnd(created.operation(), SOON).path("status").asText())
                .isEqualTo("SUCCEEDED");

        place = Place.of(FLEET.get(), capsule);
        assertThat(api.state(capsule)).isEqualTo("SHUTDOWN");
        assertThat(traces()).containsExactlyInAnyOrder(Traces.FILE, Traces.PORTS_ROW, Traces.ADDRESS_ROW, Traces.LEASE);
    }

    @Test
    @Order(2)
    void aLaunchedCapsuleRunsInMaintenanceMode() throws Exception {
        api.post("/updateuserkey", Map.of("pubkey", PublicKeyEntry.toString(key.getPublic())))
                .success();

        command("launchvm");

        assertThat(api.show(capsule)).hasValueSatisfying(row -> {
            assertThat(row.path("state").asText()).isEqualTo("RUNNING");
            assertThat(row.path("mode").asText()).isEqualTo("MAINTENANCE");
            assertThat(row.path("sshport").asInt()).isEqualTo(place.sshPort());
            assertThat(row.path("vncport").asInt()).isEqualTo(place.vncPort());
        });
        assertThat(traces()).containsExactlyInAnyOrder(Traces.values());
    }

    @Test
    @Order(3)
    void itsUserLogsInWithThePasswordAndWorks() throws Exception {
        try (GuestShell guest = GuestShell.awaitWithPassword(place.sshPort(), USER, PASSWORD)) {
            assertThat(guest.run("id -un")).isEqualTo(USER);
            guest.run("echo remember > " + NOTE + "; sync");
        }
    }

    @Test
    @Order(4)
    void itsUserLogsInWithTheKey() throws Exception {
        try (GuestShell guest = GuestShell.withKey(place.sshPort(), USER, key)) {
            assertThat(guest.run("id -un")).isEqualTo(USER);
        }
    }

    @Test
    @Order(5)
    void nobodyLogsInWithAnotherPasswordOrKey() {
        assertThatThrownBy(() -> GuestShell.withPassword(place.sshPort(), USER, WRONG_PASSWORD))
                .isInstanceOf(SshException.class)
                .hasMessageContaining("No more authentication methods");
        assertThatThrownBy(() -> GuestShell.withKey(
                        place.sshPort(),
                        USER,
                        KeyPairGenerator.getInstance("EC").generateKeyPair()))
                .isInstanceOf(SshException.class)
                .hasMessageContaining("No more authentication methods");
    }

    @Test
    @Order(6)
    void theGuestHasItsReservedAddressAndReachesWhatMaintenanceModeAllows() throws Exception {
        String gateway = GuestNetwork.parse(FLEET.get().guests()).gateway();
        try (GuestShell guest = GuestShell.withPassword(place.sshPort(), USER, PASSWORD)) {
            assertThat(guest.run("ip -4 -o address show dev eth0"))
                    .contains(place.guest().ipv4() + "/");
            assertThat(guest.run("ip route show default")).contains("via " + gateway);
            // The gateway answers for itself, whether this machine has a name server behind it or not.
            assertThat(guest.run("nslookup localhost " + gateway)).contains("127.0.0.1");
            assertThatThrownBy(() -> guest.run("sudo ping -c 1 -W 2 " + gateway))
                    .hasMessageContaining("ping");
        }
    }

    @Test
    @Order(7)
    void theScreenAsksForThePassword() throws Exception {
        try (Screen screen = Screen.connect(place.vncPort())) {
            assertThat(screen.version()).isEqualTo("RFB 003.008");
            assertThat(screen.securityTypes()).isEqualTo(List.of(Screen.VNC_AUTHENTICATION));
            assertThat(screen.accepts(PASSWORD)).isTrue();
        }
        try (Screen screen = Screen.connect(place.vncPort())) {
            assertThat(screen.accepts(WRONG_PASSWORD)).isFalse();
        }
    }

    @Test
    @Order(8)
    void aStoppedCapsuleHasNoGuestAndNoWayIn() throws Exception {
        command("stopvm");

        assertThat(api.state(capsule)).isEqualTo("SHUTDOWN");
        assertThat(traces()).containsExactlyInAnyOrder(Traces.FILE, Traces.PORTS_ROW, Traces.ADDRESS_ROW, Traces.LEASE);
        assertClosed(place.sshPort());
        assertClosed(place.vncPort());
    }

    @Test
    @Order(9)
    void aStoppedCapsulesDiskHasASnapshot() throws Exception {
        JsonNode taken = api.post(SNAPSHOTS.formatted(capsule), Map.of("name", "remembered"))
                .success();
        snapshot = taken.path("snapshot").path("id").asText();
        await(taken);

        JsonNode shown = api.get(SNAPSHOTS.formatted(capsule))
                .success()
                .path("snapshots")
                .path(0);
        assertThat(shown.path("status").asText()).isEqualTo("AVAILABLE");
        assertThat(shown.path("bytes").asLong()).isPositive();
        assertThat(api.state(capsule)).isEqualTo("SHUTDOWN");
    }

    @Test
    @Order(10)
    void aCapsuleMadeOfItsImageHasWhatWasWrittenInIt() throws Exception {
        JsonNode shared = api.post("/shareimage", Map.of("vmid", capsule, "imageName", "of-" + capsule))
                .success();
        String image = shared.path("imageId").asText();
        assertThat(shared.path("imageStatus").asText()).isEqualTo("SHARE_PENDING");
        JsonNode end = api.awaitEnd(shared.path("operation").asText(), Duration.ofMinutes(1));
        assertThat(end.path("status").asText()).as(end.toString()).isEqualTo("SUCCEEDED");
        assertThat(api.state(capsule)).isEqualTo("SHUTDOWN");
        Patience.await(
                "activation of the image",
                SOON,
                () -> api.get("/getimage?imageId=" + image).text("imageStatus").equals("ACTIVE")
                        ? Optional.of(image)
                        : Optional.empty());

        Started created = api.create(image, USER, PASSWORD);
        api.awaitEnd(created.operation(), SOON);
        Place second = Place.of(FLEET.get(), created.capsule());
        api.awaitEnd(api.command("launchvm", created.capsule()).operation(), Duration.ofMinutes(1));

        try (GuestShell guest = GuestShell.awaitWithPassword(second.sshPort(), USER, PASSWORD)) {
            assertThat(guest.run("cat " + NOTE)).isEqualTo("remember");
        }
        api.awaitEnd(api.command("deletevm", created.capsule()).operation(), Duration.ofMinutes(1));
        assertThat(Traces.of(FLEET.get(), second)).isEmpty();
    }

    @Test
    @Order(11)
    void whatWasWrittenIsThereAfterTheNextLaunch() throws Exception {
        command("launchvm");

        try (GuestShell guest = GuestShell.awaitWithPassword(place.sshPort(), USER, PASSWORD)) {
            assertThat(guest.run("cat " + NOTE)).isEqualTo("remember");
            guest.run("echo forget > " + NOTE + "; sync");
        }
        Answer running = api.post(SNAPSHOTS.formatted(capsule), Map.of("name", "too early"));
        assertThat(running.body().path("description").asText()).contains("Stop it first");
    }

    @Test
    @Order(12)
    void aGuestThatPowersOffIsShownShutDown() throws Exception {
        try (GuestShell guest = GuestShell.withPassword(place.sshPort(), USER, PASSWORD)) {
            // A moment later: the line ends before the guest does.
            guest.run("(sleep 1; sudo poweroff) > /dev/null 2>&1 &");
        }

        api.awaitState(capsule, "SHUTDOWN", Duration.ofSeconds(15));
        // libvirt lists a guest that has ended for as long as it takes its filter away.
        Patience.await(
                "end of the domain",
                SOON,
                () -> Libvirt.domains().contains(capsule) ? Optional.empty() : Optional.of(capsule));
    }

    @Test
    @Order(13)
    void itsPasswordIsNowhereInTheClear() throws Exception {
        Secret secret = new Secret(TELLING);

        assertThat(secret.filesWithIt(FLEET.get())).isEmpty();
        assertThat(secret.tablesWithIt(FLEET.get())).isEmpty();
        assertThat(commandLines.found()).isEmpty();
    }

    @Test
    @Order(14)
    void afterARevertWhatWasWrittenSinceTheSnapshotIsGone() throws Exception {
        await(api.post(SNAPSHOTS.formatted(capsule) + "/" + snapshot + "/revert", Map.of())
                .success());
        command("launchvm");

        try (GuestShell guest = GuestShell.awaitWithPassword(place.sshPort(), USER, PASSWORD)) {
            assertThat(guest.run("cat " + NOTE)).isEqualTo("remember");
        }
    }

    @Test
    @Order(15)
    void nothingIsLeftOfADeletedCapsule() throws Exception {
        command("deletevm");

        assertThat(api.show(capsule)).isEmpty();
        assertThat(traces()).isEmpty();
        assertClosed(place.sshPort());
        assertClosed(place.vncPort());
    }

    private void await(JsonNode started) throws Exception {
        JsonNode end = api.awaitEnd(started.path("operation").asText(), Duration.ofMinutes(1));
        assertThat(end.path("status").asText()).as(end.toString()).isEqualTo("SUCCEEDED");
    }

    private void command(String name) throws Exception {
        Started started = api.command(name, capsule);
        assertThat(api.awaitEnd(started.operation(), Duration.ofMinutes(1))
                        .path("status")
                        .asText())
                .as(name)
                .isEqualTo("SUCCEEDED");
    }

    private Set<Traces> traces() throws Exception {
        return Traces.of(FLEET.get(), place);
    }

    private static void assertClosed(int port) {
        assertThatThrownBy(() -> {
                    try (Socket socket = new Socket()) {
                        socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 2000);
                    }
                })
                .isInstanceOf(ConnectException.class);
    }
}
