package org.datacapsule.router.http;

import io.vertx.core.json.JsonObject;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/**
 * Tokens whose signature held, by their hash, so that no token lies in memory: checking a signature costs more than all else
 * of a short request. Those used least lately are forgotten first. Any number of threads.
 */
final class VerifiedTokens {
    private static final int MOST = 10_000;

    private final Map<ByteBuffer, JsonObject> claims =
            Collections.synchronizedMap(new LinkedHashMap<>(16, 0.75f, true) {
                @Override
                protected boolean removeEldestEntry(Map.Entry<ByteBuffer, JsonObject> eldest) {
                    return size() > MOST;
                }
            });

    /** @param check answers the claims of a token that holds; nothing else is remembered */
    Optional<JsonObject> claims(String token, Function<String, Optional<JsonObject>> check) {
        ByteBuffer hash = hash(token);
        Optional<JsonObject> known = Optional.ofNullable(claims.get(hash));
        if (known.isPresent()) {
            return known;
        }
        Optional<JsonObject> checked = check.apply(token);
        checked.ifPresent(held -> claims.put(hash, held));
        return checked;
    }

    private static ByteBuffer hash(String token) {
        try {
            return ByteBuffer.wrap(MessageDigest.getInstance("SHA-256").digest(token.getBytes(StandardCharsets.UTF_8)));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }
}
