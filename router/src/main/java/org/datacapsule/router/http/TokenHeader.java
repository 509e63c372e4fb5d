package org.datacapsule.router.http;

import io.vertx.core.buffer.Buffer;
import io.vertx.core.json.DecodeException;
import io.vertx.core.json.JsonObject;
import java.util.Base64;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * What a token says of its own signature. It is not to be believed, only to be refused early: an algorithm that is never
 * used here, and extensions that would have to be understood ({@code crit}).
 */
record TokenHeader(String algorithm, Optional<String> kid) {
    private static final Pattern COMPACT = Pattern.compile("[A-Za-z0-9_-]+\\.[A-Za-z0-9_-]+\\.[A-Za-z0-9_-]+");
    private static final Set<String> ALGORITHMS = Set.of("RS256", "ES256", "EdDSA", "HS256");

    static Optional<TokenHeader> parse(String token) {
        if (!COMPACT.matcher(token).matches()) {
            return Optional.empty();
        }
        try {
            byte[] json = Base64.getUrlDecoder().decode(token.substring(0, token.indexOf('.')));
            JsonObject header = new JsonObject(Buffer.buffer(json));
            Object kid = header.getValue("kid");
            if (!(header.getValue("alg") instanceof String algorithm)
                    || !ALGORITHMS.contains(algorithm)
                    || header.containsKey("crit")
                    || (kid != null && !(kid instanceof String))) {
                return Optional.empty();
            }
            return Optional.of(new TokenHeader(algorithm, Optional.ofNullable((String) kid)));
        } catch (IllegalArgumentException | ClassCastException | DecodeException e) {
            return Optional.empty();
        }
    }
}
