package org.datacapsule.router.http;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.util.Collection;
import java.util.Locale;
import java.util.Optional;
import java.util.UUID;

/** Mints tokens with the development key, for a developer's machine and for tests. */
public final class DevelopmentTokens {
    private final AuthConfig config;
    private final DevelopmentKey key;
    private final Clock clock;

    private DevelopmentTokens(AuthConfig config, DevelopmentKey key, Clock clock) {
        this.config = config;
        this.key = key;
        this.clock = clock;
    }

    /** Opens the development key, or makes it. */
    public static DevelopmentTokens open(AuthConfig config, Clock clock) throws IOException {
        if (!config.development()) {
            throw new IOException("development tokens are minted only where development is true in the configuration");
        }
        return new DevelopmentTokens(config, DevelopmentKey.openOrCreate(config.developmentKeyFile()), clock);
    }

    public String mint(
            String sub, Optional<String> email, Optional<String> userName, Collection<TokenRole> roles, Duration ttl) {
        AuthConfig.Claims names = config.claims();
        long now = clock.instant().getEpochSecond();
        JsonArray spelled = new JsonArray();
        roles.forEach(role -> spelled.add(role.name().toLowerCase(Locale.ROOT)));
        JsonObject claims = new JsonObject()
                .put("iss", config.issuer())
                .put("aud", config.audience())
                .put("iat", now)
                .put("exp", now + ttl.toSeconds())
                .put("jti", UUID.randomUUID().toString());
        put(claims, names.guid(), sub);
        email.ifPresent(text -> put(claims, names.email(), text));
        userName.ifPresent(text -> put(claims, names.userName(), text));
        put(claims, names.roles(), spelled);
        return key.sign(claims);
    }

    /** A name with dots is a path, as it is when a token is read. */
    private static void put(JsonObject claims, String name, Object value) {
        int dot = name.indexOf('.');
        if (dot < 0) {
            claims.put(name, value);
            return;
        }
        JsonObject inner = claims.getJsonObject(name.substring(0, dot), new JsonObject());
        put(inner, name.substring(dot + 1), value);
        claims.put(name.substring(0, dot), inner);
    }
}
