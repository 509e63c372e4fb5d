package org.datacapsule.common.signing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.datacapsule.common.capsule.CapsuleMode;
import org.datacapsule.common.id.CapsuleId;
import org.datacapsule.common.id.HostId;
import org.datacapsule.common.id.OperationId;
import org.datacapsule.common.id.Sha256;
import org.datacapsule.common.wire.ModeReceipt;
import org.datacapsule.common.wire.SignedReceipt;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ReceiptTest {
    private static final ModeReceipt RECEIPT = new ModeReceipt(
            CapsuleId.random(),
            new HostId("h1"),
            OperationId.random(),
            1,
            CapsuleMode.SECURE,
            Optional.of("secure"),
            Optional.of(new Sha256("0a".repeat(32))),
            Optional.of(new Sha256("0b".repeat(32))),
            List.of("the kernel drops what the policy does not allow"),
            Instant.parse("2026-01-01T00:00:00Z"),
            Optional.of(Instant.parse("2026-01-01T00:00:01Z")));

    @TempDir
    Path directory;

    private ReceiptSigner signer;

    @BeforeEach
    void makeKey() throws IOException {
        signer = signer("one");
    }

    @Test
    void aReceiptIsVerifiedWithNothingButTheKey() {
        assertThat(ReceiptVerifier.verify(signer.sign(RECEIPT), signer.publicKeyText()))
                .isEqualTo(RECEIPT);
    }

    @Test
    void aChangedReceiptIsRefused() {
        SignedReceipt signed = signer.sign(RECEIPT);
        SignedReceipt changed = new SignedReceipt(
                signed.keyId(), signed.receipt().replace("SECURE", "MAINTENANCE"), signed.signature());

        assertThatIllegalArgumentException()
                .isThrownBy(() -> ReceiptVerifier.verify(changed, signer.publicKeyText()))
                .withMessageContaining("signature");
    }

    @Test
    void aReceiptNamesItsKey() {
        assertThat(signer.sign(RECEIPT).keyId()).isEqualTo(ReceiptVerifier.keyId(signer.publicKeyText()));
        assertThatIllegalArgumentException().isThrownBy(() -> ReceiptVerifier.keyId("bm8ga2V5"));
    }

    @Test
    void anotherHostsKeyIsRefused() throws IOException {
        SignedReceipt signed = signer.sign(RECEIPT);

        assertThatIllegalArgumentException()
                .isThrownBy(() -> ReceiptVerifier.verify(signed, signer("two").publicKeyText()))
                .withMessageContaining(signed.keyId());
        assertThatIllegalArgumentException().isThrownBy(() -> ReceiptVerifier.verify(signed, "bm8ga2V5"));
    }

    @Test
    void theKeyIsMadeOnceAndIsItsOwnersOnly() throws IOException {
        Path file = directory.resolve("one.pem");
        String before = Files.readString(file);

        assertThat(signer("one").publicKeyText()).isEqualTo(signer.publicKeyText());
        assertThat(Files.readString(file)).isEqualTo(before);
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                .isEqualTo("rw-------");
    }

    private ReceiptSigner signer(String name) throws IOException {
        Path privateKey = directory.resolve(name + ".pem");
        Path publicKey = directory.resolve(name + ".pub.pem");
        KeyFiles.makeIfMissing(privateKey, publicKey);
        return new ReceiptSigner(KeyFiles.readPrivate(privateKey), KeyFiles.readPublic(publicKey));
    }
}
