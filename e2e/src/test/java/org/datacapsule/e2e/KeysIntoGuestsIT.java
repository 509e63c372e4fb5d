package org.datacapsule.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.time.Duration;
import java.util.Map;
import org.apache.sshd.common.SshException;
import org.apache.sshd.common.config.keys.PublicKeyEntry;
import org.datacapsule.devkit.fleet.Answer;
import org.datacapsule.devkit.fleet.CapsuleApi;
import org.datacapsule.devkit.fleet.CapsuleApi.Started;
import org.datacapsule.devkit.fleet.FleetPlan;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Who may get into a running guest follows what the API says of them; each test is the next chapter. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class KeysIntoGuestsIT {
    private static final String ACCOUNT = "ada";
    private static final String PASSWORD = "a-password-of-the-keys";
    private static final String SHAREE = "sharee-of-the-keys";
    private static final Duration MINUTES = Duration.ofMinutes(3);

    @RegisterExtension
    static final RunningFleet FLEET = new RunningFleet(FleetPlan.onLibvirt());

    @RegisterExtension
    static final Story STORY = new Story();

    private final KeyPair ownersKey;
    private final KeyPair shareesKey;
    private CapsuleApi owner;
    private CapsuleApi sharee;
    private String capsule = "";
    private Place place = Place.NOWHERE;

    KeysIntoGuestsIT() throws Exception {
        ownersKey = KeyPairGenerator.getInstance("EC").generateKeyPair();
        shareesKey = KeyPairGenerator.getInstance("EC").generateKeyPair();
    }

    @BeforeAll
    void launch() throws Exception {
        owner = FLEET.get().api("owner-of-the-keys");
        sharee = FLEET.get().api(SHAREE);
        Started created = owner.create(FLEET.get().image(), ACCOUNT, PASSWORD);
        capsule = created.capsule();
        owner.awaitEnd(created.operation(), MINUTES);
        owner.awaitEnd(owner.command("launchvm", capsule).operation(), MINUTES);
        place = Place.of(FLEET.get(), capsule);
        GuestShell.awaitWithPassword(place.sshPort(), ACCOUNT, PASSWORD).close();
    }

    @Test
    @Order(1)
    void aKeySetWhileTheGuestRunsLetsItsOwnerIn() throws Exception {
        assertRefused(ownersKey);

        awaitPushes(
                owner, owner.post("/updateuserkey", Map.of("pubkey", PublicKeyEntry.toString(ownersKey.getPublic()))));

        assertLetIn(ownersKey);
    }

    @Test
    @Order(2)
    void aShareeGetsInOnceTheTermsAreAccepted() throws Exception {
        sharee.post("/updateuserkey", Map.of("pubkey", PublicKeyEntry.toString(shareesKey.getPublic())))
                .success();
        owner.post("/addsharees", Map.of("vmId", capsule, "sharees", "[{guid:'" + SHAREE + "',email:'s@example.org'}]"))
                .success();
        assertRefused(shareesKey);

        awaitPushes(sharee, sharee.post("/updateusertou", Map.of("vmId", capsule, "tou", "true")));

        assertLetIn(shareesKey);
        assertLetIn(ownersKey);
    }

    @Test
    @Order(3)
    void aRemovedShareeIsPutOutAndStaysOut() throws Exception {
        try (GuestShell open = GuestShell.withKey(place.sshPort(), ACCOUNT, shareesKey)) {
            assertThat(open.run("id -un")).isEqualTo(ACCOUNT);

            awaitPushes(owner, owner.post("/deletesharees", Map.of("vmId", capsule, "sharees", SHAREE)));

            assertThatThrownBy(() -> open.run("id -un")).isInstanceOf(IOException.class);
        }
        assertRefused(shareesKey);
        assertLetIn(ownersKey);
    }

    @Test
    @Order(4)
    void aRemovedKeyLetsNobodyIn() throws Exception {
        awaitPushes(owner, owner.delete("/updateuserkey"));

        assertRefused(ownersKey);
        GuestShell.withPassword(place.sshPort(), ACCOUNT, PASSWORD).close();
    }

    private void awaitPushes(CapsuleApi caller, Answer answer) throws Exception {
        JsonNode operations = answer.success().path("operations");
        assertThat(operations).as("pushes started: %s", answer.body()).isNotEmpty();
        for (JsonNode operation : operations) {
            String id = operation.isTextual()
                    ? operation.asText()
                    : operation.path("operation").asText();
            assertThat(caller.awaitEnd(id, MINUTES).path("status").asText()).isEqualTo("SUCCEEDED");
        }
    }

    private void assertLetIn(KeyPair key) throws Exception {
        try (GuestShell guest = GuestShell.withKey(place.sshPort(), ACCOUNT, key)) {
            assertThat(guest.run("id -un")).isEqualTo(ACCOUNT);
        }
    }

    private void assertRefused(KeyPair key) {
        assertThatThrownBy(() -> GuestShell.withKey(place.sshPort(), ACCOUNT, key))
                .isInstanceOf(SshException.class)
                .hasMessageContaining("No more authentication methods");
    }
}
