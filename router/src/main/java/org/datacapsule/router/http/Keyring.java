package org.datacapsule.router.http;

import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.auth.JWTOptions;
import io.vertx.ext.auth.User;
import io.vertx.ext.auth.authentication.TokenCredentials;
import io.vertx.ext.auth.jwt.JWTAuth;
import io.vertx.ext.auth.jwt.JWTAuthOptions;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/** The keys of one moment, and what they say of a token. */
final class Keyring {
    private final List<JsonObject> keys;
    private final JWTAuth auth;
    private final VerifiedTokens verified = new VerifiedTokens();

    /** @throws IllegalArgumentException without a key: vertx-auth-jwt would then take unsigned tokens */
    Keyring(Vertx vertx, List<JsonObject> keys, String issuer, String audience) {
        if (keys.isEmpty()) {
            throw new IllegalArgumentException("there is no key that may check tokens");
        }
        this.keys = keys;
        // Times are checked by Authenticator, which needs the claims to be there; the library does not mind their lack.
        this.auth = JWTAuth.create(
                vertx,
                new JWTAuthOptions()
                        .setJwks(keys)
                        .setJWTOptions(new JWTOptions()
                                .setIssuer(issuer)
                                .setAudience(List.of(audience))
                                .setIgnoreExpiration(true)));
    }

    /** Whether one of the keys could have signed a token with this header. */
    boolean knows(String algorithm, Optional<String> kid) {
        return keys.stream()
                .filter(key -> algorithm.equals(key.getString("alg")))
                .anyMatch(key -> kid.isEmpty()
                        || key.getString("kid") == null
                        || kid.get().equals(key.getString("kid")));
    }

    Set<String> algorithms() {
        return keys.stream().map(key -> key.getString("alg")).collect(Collectors.toUnmodifiableSet());
    }

    /**
     * The claims of a token that one of the keys signed for this issuer and audience; nothing for every other. They are not to
     * be changed.
     */
    Optional<JsonObject> claims(String token) {
        return verified.claims(token, this::checked);
    }

    private Optional<JsonObject> checked(String token) {
        try {
            Future<User> user = auth.authenticate(new TokenCredentials(token));
            return user.succeeded()
                    ? Optional.ofNullable(user.result().attributes().getJsonObject("accessToken"))
                    : Optional.empty();
        } catch (RuntimeException e) {
            // Claims of an unexpected type surface so, for instance an aud that is an object.
            return Optional.empty();
        }
    }
}
