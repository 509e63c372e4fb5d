package org.datacapsule.common.signing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.time.Instant;
import java.util.Base64;
import java.util.List;
import org.datacapsule.common.capsule.CapsuleType;
import org.datacapsule.common.error.ErrorCode;
import org.datacapsule.common.error.ProblemException;
import org.datacapsule.common.id.CapsuleId;
import org.datacapsule.common.id.HostId;
import org.datacapsule.common.id.OperationId;
import org.datacapsule.common.wire.CapsuleSpec;
import org.datacapsule.common.wire.Command;
import org.datacapsule.common.wire.CommandEnvelope;
import org.datacapsule.common.wire.GuestNetwork;
import org.datacapsule.common.wire.SignedCommand;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CommandSigningTest {
    private static final Instant NOW = Instant.parse("2026-01-01T00:00:00Z");
    private static final HostId SELF = new HostId("h1");

    private final KeyPair router = pair();
    private final KeyPair stranger = pair();

    @Test
    void aCommandOfATrustedRouterIsRead() {
        CommandEnvelope envelope = envelope(SELF, NOW.plusSeconds(60));

        assertThat(verifier(router).verify(signer(router).sign(envelope))).isEqualTo(envelope);
    }

    @Test
    void whileKeysAreChangedBothAreTrusted() {
        CommandEnvelope envelope = envelope(SELF, NOW.plusSeconds(60));

        assertThat(verifier(router, stranger).verify(signer(stranger).sign(envelope)))
                .isEqualTo(envelope);
    }

    @Test
    void aCommandSignedWithAnotherKeyIsRefused() {
        assertRefused(signer(stranger).sign(envelope(SELF, NOW.plusSeconds(60))), "does not trust");
    }

    @Test
    void aStrangersSignatureUnderATrustedKeysNameIsRefused() {
        CommandEnvelope envelope = envelope(SELF, NOW.plusSeconds(60));
        SignedCommand forged = signer(stranger).sign(envelope);
        String trustedId = signer(router).sign(envelope).keyId();

        assertRefused(new SignedCommand(trustedId, forged.envelope(), forged.signature()), "signature");
    }

    @Test
    void anAlteredCommandIsRefused() {
        SignedCommand signed = signer(router).sign(envelope(SELF, NOW.plusSeconds(60)));

        assertRefused(
                new SignedCommand(
                        signed.keyId(),
                        signed.envelope().replace("\"attempt\":1", "\"attempt\":2"),
                        signed.signature()),
                "signature");
        assertRefused(new SignedCommand(signed.keyId(), signed.envelope(), "not base64!"), "signature");
    }

    @Test
    void aCommandForAnotherHostIsRefused() {
        assertRefused(signer(router).sign(envelope(new HostId("h2"), NOW.plusSeconds(60))), "for host h2");
    }

    @Test
    void anExpiredCommandIsRefused() {
        assertRefused(signer(router).sign(envelope(SELF, NOW.minusSeconds(1))), "expired");
    }

    @Test
    void theSignedTextHidesItsEnvelope() {
        assertThat(signer(router).sign(envelope(SELF, NOW)).toString()).doesNotContain("delete");
    }

    @Test
    void keysAreReadFromPemFiles(@TempDir Path directory) throws IOException {
        Path privateFile = Files.writeString(
                directory.resolve("key.pem"),
                pem("PRIVATE KEY", router.getPrivate().getEncoded()));
        Path publicFile = Files.writeString(
                directory.resolve("key.pub"),
                pem("PUBLIC KEY", router.getPublic().getEncoded()));

        assertThat(KeyFiles.readPrivate(privateFile)).isEqualTo(router.getPrivate());
        assertThat(KeyFiles.readPublic(publicFile)).isEqualTo(router.getPublic());
        assertThatThrownBy(() -> KeyFiles.readPublic(privateFile)).isInstanceOf(IOException.class);
    }

    private void assertRefused(SignedCommand command, String why) {
        assertThatThrownBy(() -> verifier(router).verify(command))
                .isInstanceOfSatisfying(ProblemException.class, refusal -> {
                    assertThat(refusal.problem().code()).isEqualTo(ErrorCode.HOST_COMMAND_REFUSED);
                    assertThat(refusal.problem().detail()).contains(why);
                });
    }

    private static CommandVerifier verifier(KeyPair... trusted) {
        return new CommandVerifier(
                List.of(trusted).stream().map(KeyPair::getPublic).toList(), SELF, () -> NOW);
    }

    private static CommandSigner signer(KeyPair pair) {
        return new CommandSigner(pair.getPrivate(), pair.getPublic());
    }

    private static CommandEnvelope envelope(HostId host, Instant expires) {
        CapsuleSpec spec = new CapsuleSpec(
                CapsuleId.random(),
                CapsuleType.DEMO,
                1,
                512,
                5,
                GuestNetwork.parse("10.90.0.0/16").address(0),
                20_000,
                5_900);
        return new CommandEnvelope(OperationId.random(), 1, host, 1, 1, "r", expires, new Command.Delete(spec));
    }

    private static String pem(String label, byte[] der) {
        return "-----BEGIN " + label + "-----\n" + Base64.getMimeEncoder().encodeToString(der) + "\n-----END " + label
                + "-----\n";
    }

    private static KeyPair pair() {
        try {
            return KeyPairGenerator.getInstance("Ed25519").generateKeyPair();
        } catch (GeneralSecurityException e) {
            throw new AssertionError(e);
        }
    }
}
