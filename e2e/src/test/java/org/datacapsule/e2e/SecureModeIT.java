package org.datacapsule.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.datacapsule.common.signing.ReceiptVerifier;
import org.datacapsule.common.wire.ModeReceipt;
import org.datacapsule.common.wire.SignedReceipt;
import org.datacapsule.devkit.fleet.CapsuleApi;
import org.datacapsule.devkit.fleet.CapsuleApi.Started;
import org.datacapsule.devkit.fleet.FleetPlan;
import org.datacapsule.devkit.fleet.Libvirt;
import org.datacapsule.devkit.fleet.Patience;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.extension.RegisterExtension;

/** A researcher's way through secure mode, and of a result out of it; each test is the next chapter. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class SecureModeIT {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String ACCOUNT = "ada";
    private static final String PASSWORD = "a-password-of-the-secure";
    private static final Duration MINUTES = Duration.ofMinutes(3);

    @RegisterExtension
    static final RunningFleet FLEET = new RunningFleet(FleetPlan.onLibvirt().withRouter("secure-mode.volume-mb", "64"));

    @RegisterExtension
    static final Story STORY = new Story();

    private Optional<CapsuleApi> owner = Optional.empty();
    private Optional<CapsuleApi> reviewer = Optional.empty();
    private String capsule = "";
    private String result = "";
    private Place place = Place.NOWHERE;

    @BeforeAll
    void launch() throws Exception {
        owner = Optional.of(FLEET.get().api("owner-of-the-secure"));
        reviewer = Optional.of(FLEET.get().api("reviewer-of-the-secure", "reviewer"));
        Started created = owner().create(FLEET.get().image(), ACCOUNT, PASSWORD);
        capsule = created.capsule();
        owner().awaitEnd(created.operation(), MINUTES);
        owner().awaitEnd(owner().command("launchvm", capsule).operation(), MINUTES);
        place = Place.of(FLEET.get(), capsule);
        try (GuestShell guest = GuestShell.awaitWithPassword(place.sshPort(), ACCOUNT, PASSWORD)) {
            guest.run("echo before > known; sync");
        }
    }

    @Test
    @Order(1)
    void inSecureModeTheVolumeIsThereAndTheWayInIsTheScreenAlone() throws Exception {
        switchTo("secure");

        assertThat(owner().show(capsule).orElseThrow().path("mode").asText()).isEqualTo("SECURE");
        assertThatThrownBy(() -> GuestShell.withPassword(place.sshPort(), ACCOUNT, PASSWORD))
                .isInstanceOf(IOException.class);
        try (Screen screen = Screen.connect(place.vncPort())) {
            assertThat(screen.accepts(PASSWORD)).isTrue();
        }
        Patience.await(
                "secure volume in the guest",
                MINUTES,
                () -> inGuest("mount").contains("/media/secure") ? Optional.of(true) : Optional.empty());
        inGuest("echo a-finding > /media/secure/finding; echo learned > /home/" + ACCOUNT + "/learned; sync");
    }

    @Test
    @Order(2)
    void aResultLeavesByReviewAlone() throws Exception {
        String said = inGuest("cd /media/secure && su " + ACCOUNT + " -c 'releaseresults finding' 2>&1");
        assertThat(said).contains("handed in");

        JsonNode waiting = Patience.await("result at the router", MINUTES, () -> {
            JsonNode found =
                    owner().get("/getvmresults?vmid=" + capsule).success().path("res");
            return found.isEmpty() ? Optional.empty() : Optional.of(found.path(0));
        });
        assertThat(waiting.path("status").asText()).isEqualTo("Pending");
        result = waiting.path("resultId").asText();
        assertThat(said).contains(result);
        assertThat(owner().get("/checkdownloadability?randomid=" + result).status())
                .isEqualTo(400);
        assertThat(owner().post("/updateresult", decision(waiting.path("sha256").asText()))
                        .status())
                .isEqualTo(403);
        assertThat(reviewer().post("/updateresult", decision("0".repeat(64))).status())
                .isEqualTo(400);
        assertThat(contentOf(reviewer().file("/retrieveresultfile?randomid=" + result)))
                .contains("a-finding");

        reviewer()
                .post("/updateresult", decision(waiting.path("sha256").asText()))
                .success();

        String link = owner().get("/checkdownloadability?randomid=" + result).text("randomid");
        assertThat(contentOf(owner().file("/download?randomid=" + link))).contains("a-finding");
        assertThatThrownBy(() -> reviewer().file("/download?randomid=" + link))
                .isInstanceOf(IllegalStateException.class);
    }

    @Test
    @Order(3)
    void backInMaintenanceTheGuestIsAsItWasBefore() throws Exception {
        switchTo("maintenance");
        awaitKeysInGuest();

        try (GuestShell guest = GuestShell.awaitWithPassword(place.sshPort(), ACCOUNT, PASSWORD)) {
            assertThat(guest.run("cat known; ls; ls /media/secure"))
                    .contains("before")
                    .doesNotContain("learned")
                    .doesNotContain("finding");
        }
    }

    @Test
    @Order(4)
    void everySwitchHasAReceiptThatNeedsNobodyToBeBelieved() throws Exception {
        JsonNode receipts =
                owner().get("/v1/capsules/" + capsule + "/receipts").success().path("receipts");
        assertThat(receipts).hasSize(2);
        for (JsonNode receipt : receipts) {
            SignedReceipt signed = JSON.treeToValue(receipt.path("signed"), SignedReceipt.class);
            ModeReceipt verified =
                    ReceiptVerifier.verify(signed, receipt.path("publicKey").asText());
            assertThat(verified.capsule().toString()).isEqualTo(capsule);
            verified.volumeAttachedAt()
                    .ifPresent(attached -> assertThat(attached).isAfter(verified.verifiedAt()));
        }
    }

    @Test
    @Order(5)
    void whatIsOnTheVolumeIsThereNextTimeAndNothingAfterTheEnd() throws Exception {
        switchTo("secure");
        Patience.await(
                "finding on the volume",
                MINUTES,
                () -> inGuest("cat /media/secure/finding; ls /home/" + ACCOUNT).contains("a-finding")
                        ? Optional.of(true)
                        : Optional.empty());
        assertThat(inGuest("ls /home/" + ACCOUNT)).doesNotContain("learned");

        owner().awaitEnd(owner().command("stopvm", capsule).operation(), MINUTES);
        assertThat(owner().state(capsule)).isEqualTo("SHUTDOWN");
        assertThat(owner().get("/v1/capsules/" + capsule + "/receipts")
                        .success()
                        .path("receipts")
                        .findValuesAsText("mode"))
                .containsExactly("NOT_DEFINED", "SECURE", "MAINTENANCE", "SECURE");
        owner().awaitEnd(owner().command("deletevm", capsule).operation(), MINUTES);

        assertThat(Traces.of(FLEET.get(), place)).isEmpty();
        assertThat(Libvirt.virsh("secret-list")).doesNotContain(capsule);
    }

    private void switchTo(String mode) throws Exception {
        Started started = Started.of(owner().post("/switchvm", Map.of("vmid", capsule, "mode", mode)));
        JsonNode end = owner().awaitEnd(started.operation(), MINUTES);
        assertThat(end.path("status").asText()).as("%s", end).isEqualTo("SUCCEEDED");
    }

    /** A guest that is back gets the keys of now, and sessions that were opened before that end. */
    private void awaitKeysInGuest() throws Exception {
        String sql = "select from operation where capsule_id = ? and state in ('QUEUED', 'RUNNING')";
        try (Connection database = FLEET.get().database();
                var atWork = database.prepareStatement(sql)) {
            atWork.setObject(1, UUID.fromString(capsule));
            Patience.await(
                    "keys in the guest", MINUTES, () -> isEmpty(atWork) ? Optional.of(capsule) : Optional.empty());
        }
    }

    private static boolean isEmpty(PreparedStatement query) throws IOException {
        try (ResultSet rows = query.executeQuery()) {
            return !rows.next();
        } catch (SQLException e) {
            throw new IOException(e);
        }
    }

    private Map<String, String> decision(String sha256) {
        return Map.of("resultid", result, "status", "Released", "sha256", sha256, "comment", "looked at");
    }

    /** As its user would type it at the screen. */
    private String inGuest(String line) throws IOException, InterruptedException {
        return new GuestConsole(Libvirt::virsh, capsule, MINUTES).run(line);
    }

    private static String contentOf(byte[] tar) throws IOException {
        return new String(new ByteArrayInputStream(tar).readAllBytes(), StandardCharsets.UTF_8);
    }

    private CapsuleApi owner() {
        return owner.orElseThrow();
    }

    private CapsuleApi reviewer() {
        return reviewer.orElseThrow();
    }
}
