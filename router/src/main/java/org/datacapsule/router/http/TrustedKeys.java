package org.datacapsule.router.http;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Takes out of a JWKS the keys that may check tokens: RS256 of 2048 bits or more, ES256, EdDSA, and HS256 where that is
 * allowed. Each keeps only what its algorithm needs, with the algorithm written down, so that no key can be used with
 * another one, and no certificate, private part or remote reference in it is ever looked at.
 */
final class TrustedKeys {
    private static final Logger LOG = LoggerFactory.getLogger(TrustedKeys.class);
    private static final int LEAST_RSA_BITS = 2048;
    private static final int LEAST_SECRET_BYTES = 32;

    private TrustedKeys() {}

    static List<JsonObject> of(JsonObject jwks, boolean sharedSecrets) {
        List<JsonObject> keys = new ArrayList<>();
        for (Object item : jwks.getJsonArray("keys", new JsonArray())) {
            if (item instanceof JsonObject key) {
                trusted(key, sharedSecrets)
                        .ifPresentOrElse(
                                keys::add,
                                () -> LOG.atWarn()
                                        .addKeyValue("kid", String.valueOf(key.getValue("kid")))
                                        .addKeyValue("kty", String.valueOf(key.getValue("kty")))
                                        .log("a key of the JWKS is not one that may check tokens"));
            }
        }
        return List.copyOf(keys);
    }

    private static Optional<JsonObject> trusted(JsonObject key, boolean sharedSecrets) {
        try {
            if (!isForSignatures(key)) {
                return Optional.empty();
            }
            return switch (key.getString("kty", "")) {
                case "RSA" -> modulusBits(key) >= LEAST_RSA_BITS ? only(key, "RS256", "n", "e") : Optional.empty();
                case "EC" -> is(key, "crv", "P-256") ? only(key, "ES256", "crv", "x", "y") : Optional.empty();
                case "OKP" -> is(key, "crv", "Ed25519") ? only(key, "EdDSA", "crv", "x") : Optional.empty();
                case "oct" ->
                    sharedSecrets && decoded(key, "k").length >= LEAST_SECRET_BYTES
                            ? only(key, "HS256", "k")
                            : Optional.empty();
                default -> Optional.empty();
            };
        } catch (ClassCastException | IllegalArgumentException e) {
            return Optional.empty();
        }
    }

    private static boolean isForSignatures(JsonObject key) {
        JsonArray operations = key.getJsonArray("key_ops");
        return "sig".equals(key.getString("use", "sig")) && (operations == null || operations.contains("verify"));
    }

    private static Optional<JsonObject> only(JsonObject key, String algorithm, String... members) {
        if (!algorithm.equals(key.getString("alg", algorithm))) {
            return Optional.empty();
        }
        JsonObject clean = new JsonObject().put("kty", key.getString("kty")).put("alg", algorithm);
        if (key.getString("kid") != null) {
            clean.put("kid", key.getString("kid"));
        }
        for (String member : members) {
            if (key.getString(member) == null) {
                return Optional.empty();
            }
            clean.put(member, key.getString(member));
        }
        return Optional.of(clean);
    }

    private static boolean is(JsonObject key, String member, String value) {
        return value.equals(key.getString(member));
    }

    private static int modulusBits(JsonObject key) {
        return new BigInteger(1, decoded(key, "n")).bitLength();
    }

    private static byte[] decoded(JsonObject key, String member) {
        return Base64.getUrlDecoder().decode(key.getString(member, ""));
    }
}
