package org.datacapsule.router.receipt;

import io.vertx.core.json.JsonObject;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.NoSuchAlgorithmException;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import org.datacapsule.common.capsule.CapsuleMode;
import org.datacapsule.common.id.CapsuleId;
import org.datacapsule.common.id.HostId;
import org.datacapsule.common.id.OperationId;
import org.datacapsule.common.id.Sha256;
import org.datacapsule.common.signing.ReceiptSigner;
import org.datacapsule.common.wire.ModeReceipt;

/** A host of its own key, and receipts of it as the endpoint shows them. */
public final class SampleReceipts {
    private static final Instant NOW = Instant.parse("2026-01-31T12:00:00.123456Z");

    private final ReceiptSigner signer;

    public SampleReceipts() {
        try {
            KeyPair pair = KeyPairGenerator.getInstance("Ed25519").generateKeyPair();
            signer = new ReceiptSigner(pair.getPrivate(), pair.getPublic());
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    public String publicKey() {
        return signer.publicKeyText();
    }

    public JsonObject secure() {
        return shown(CapsuleMode.SECURE, Optional.of(NOW.plusMillis(7)));
    }

    public JsonObject maintenance() {
        return shown(CapsuleMode.MAINTENANCE, Optional.empty());
    }

    public JsonObject attachedTooEarly() {
        return shown(CapsuleMode.SECURE, Optional.of(NOW.minusMillis(7)));
    }

    private JsonObject shown(CapsuleMode mode, Optional<Instant> attached) {
        ModeReceipt receipt = new ModeReceipt(
                CapsuleId.random(),
                new HostId("h1"),
                OperationId.random(),
                1,
                mode,
                Optional.of("s\u00e9cure"),
                Optional.of(new Sha256("0a".repeat(32))),
                Optional.of(new Sha256("0b".repeat(32))),
                List.of("The kernel drops what the policy does not allow; \u201cnothing\u201d else \ud83d\ude80."),
                NOW,
                attached);
        return ReceiptJson.of(
                new KeptReceipt(1, signer.sign(receipt), signer.publicKeyText(), NOW.atOffset(ZoneOffset.UTC)));
    }

    /** The last character of base64 has bits that are nobody's. */
    static boolean sameBytes(String field, String one, String other) {
        if (!field.equals("signature")) {
            return false;
        }
        try {
            return Arrays.equals(
                    Base64.getDecoder().decode(one), Base64.getDecoder().decode(other));
        } catch (IllegalArgumentException e) {
            return false;
        }
    }
}
