package org.datacapsule.router.receipt;

import io.vertx.core.json.DecodeException;
import io.vertx.core.json.Json;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.datacapsule.common.signing.ReceiptVerifier;
import org.datacapsule.common.wire.ModeReceipt;
import org.datacapsule.common.wire.SignedReceipt;

/**
 * Checks receipts as /v1/capsules/{id}/receipts answers them, with nothing but public keys that were got from the hosts. The
 * key that stands beside a receipt is never used: who forged the one would have put it there.
 */
public final class OfflineCheck {
    private final Map<String, String> keys = new LinkedHashMap<>();

    /**
     * @param publicKeys each base64 of its X.509 form
     * @throws IllegalArgumentException when one is no Ed25519 public key
     */
    public OfflineCheck(Collection<String> publicKeys) {
        publicKeys.forEach(key -> keys.put(ReceiptVerifier.keyId(key), key));
    }

    /** What is said of one receipt. */
    public sealed interface Verdict {
        record Valid(ModeReceipt receipt, String keyId) implements Verdict {}

        record Invalid(String why) implements Verdict {}
    }

    /**
     * A verdict on each receipt: of the endpoint's answer, of an array, or of one alone, with or without what stands beside
     * its signed text.
     *
     * @throws IllegalArgumentException when it is none of these
     */
    public List<Verdict> check(String json) {
        return receipts(json).stream().map(this::verdict).toList();
    }

    private static List<?> receipts(String json) {
        Object content;
        try {
            content = Json.decodeValue(json);
        } catch (DecodeException e) {
            throw new IllegalArgumentException("this is no JSON", e);
        }
        if (content instanceof JsonObject object) {
            return object.getValue(ReceiptJson.LIST) instanceof JsonArray list ? elements(list) : List.of(object);
        }
        if (content instanceof JsonArray list) {
            return elements(list);
        }
        throw new IllegalArgumentException("this is neither a receipt nor a list of them");
    }

    /** As the array's iterator has them, which turns what is inside into JSON objects. */
    private static List<?> elements(JsonArray list) {
        return list.stream().map(element -> element == null ? "null" : element).toList();
    }

    private Verdict verdict(Object element) {
        if (!(element instanceof JsonObject shown)) {
            return new Verdict.Invalid("it is no receipt");
        }
        try {
            SignedReceipt signed =
                    ReceiptJson.signed(shown.getValue(ReceiptJson.SIGNED) instanceof JsonObject inner ? inner : shown);
            String key = keys.get(signed.keyId());
            if (key == null) {
                return new Verdict.Invalid("it names a key (" + signed.keyId() + ") that is not among those given");
            }
            ModeReceipt receipt = ReceiptVerifier.verify(signed, key);
            return ReceiptCheck.contradiction(receipt)
                    .or(() -> difference(shown, receipt))
                    .<Verdict>map(Verdict.Invalid::new)
                    .orElseGet(() -> new Verdict.Valid(receipt, signed.keyId()));
        } catch (IllegalArgumentException e) {
            return new Verdict.Invalid(Objects.requireNonNullElse(e.getMessage(), "it cannot be read"));
        }
    }

    /** A signed text proves nothing of other words that stand beside it. */
    private static Optional<String> difference(JsonObject shown, ModeReceipt receipt) {
        JsonObject testimony = ReceiptJson.testimony(receipt);
        return testimony.fieldNames().stream()
                .filter(name ->
                        shown.containsKey(name) && !Objects.equals(shown.getValue(name), testimony.getValue(name)))
                .findFirst()
                .map(name -> "beside the signed text stands another " + name + " than in it");
    }
}
