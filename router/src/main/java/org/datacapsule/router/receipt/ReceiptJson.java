package org.datacapsule.router.receipt;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import org.datacapsule.common.id.Sha256;
import org.datacapsule.common.wire.ModeReceipt;
import org.datacapsule.common.wire.SignedReceipt;
import org.datacapsule.common.wire.WireJson;

/** A receipt as it is shown: what it says, and beside it what proves that. */
final class ReceiptJson {
    static final String LIST = "receipts";
    static final String SIGNED = "signed";

    private static final String KEY_ID = "keyId";
    private static final String RECEIPT = "receipt";
    private static final String SIGNATURE = "signature";

    private ReceiptJson() {}

    static JsonObject of(KeptReceipt kept) {
        SignedReceipt signed = kept.signed();
        return testimony(WireJson.read(signed.receipt(), ModeReceipt.class))
                .put(
                        "recordedAt",
                        kept.recordedAt()
                                .truncatedTo(ChronoUnit.MILLIS)
                                .toInstant()
                                .toString())
                .put(
                        SIGNED,
                        new JsonObject()
                                .put(KEY_ID, signed.keyId())
                                .put(RECEIPT, signed.receipt())
                                .put(SIGNATURE, signed.signature()))
                .put("publicKey", kept.publicKey());
    }

    /** What the signed text says; nothing of it comes from anywhere else. */
    static JsonObject testimony(ModeReceipt receipt) {
        return new JsonObject()
                .put("vmid", receipt.capsule().toString())
                .put("operation", receipt.operation().toString())
                .put("host", receipt.host().toString())
                .put("mode", receipt.mode().name())
                .put("policy", receipt.policy().orElse(null))
                .put("policyHash", receipt.policyHash().map(Sha256::hex).orElse(null))
                .put("rulesHash", receipt.rulesHash().map(Sha256::hex).orElse(null))
                .put("verified", new JsonArray(List.copyOf(receipt.verified())))
                .put("verifiedAt", receipt.verifiedAt().toString())
                .put(
                        "volumeAttachedAt",
                        receipt.volumeAttachedAt().map(Instant::toString).orElse(null));
    }

    /** @throws IllegalArgumentException when it has no such three texts */
    static SignedReceipt signed(JsonObject json) {
        return new SignedReceipt(text(json, KEY_ID), text(json, RECEIPT), text(json, SIGNATURE));
    }

    private static String text(JsonObject json, String name) {
        if (json.getValue(name) instanceof String text) {
            return text;
        }
        throw new IllegalArgumentException("there is no signed text with keyId, receipt and signature");
    }
}
