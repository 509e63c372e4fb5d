package org.datacapsule.router.http;

import io.vertx.core.Vertx;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import org.datacapsule.common.error.ErrorCode;
import org.datacapsule.common.error.ProblemException;

/** Knows a caller by a token, and by nothing else. Any thread that may block. */
public final class Authenticator {
    private static final Duration REFRESH_PAUSE = Duration.ofSeconds(10);

    private final RefreshedKeys keys;
    private final TokenClaims claims;
    private final AuthConfig config;
    private final Clock clock;

    Authenticator(AuthConfig config, RefreshedKeys keys, Clock clock) {
        this.config = config;
        this.keys = keys;
        this.claims = new TokenClaims(config.claims());
        this.clock = clock;
    }

    /**
     * Reads the keys. A key file that holds none fails here; an identity provider that cannot be reached is asked again
     * later, and until then every request is answered with 503.
     */
    public static Authenticator create(Vertx vertx, AuthConfig config, Clock clock)
            throws IOException, InterruptedException {
        KeySource source = source(config);
        RefreshedKeys keys = new RefreshedKeys(vertx, config, source, clock, REFRESH_PAUSE);
        if (config.jwksUrl().isEmpty()) {
            try {
                keys.read();
            } catch (IllegalArgumentException e) {
                throw new IOException("no token can be checked: " + e.getMessage(), e);
            }
        }
        return new Authenticator(config, keys, clock);
    }

    private static KeySource source(AuthConfig config) throws IOException {
        Optional<KeySource> configured = config.jwksFile()
                .map(KeySources::file)
                .or(() -> config.jwksUrl().map(KeySources::url));
        if (!config.development()) {
            return configured.orElseThrow(() -> new IOException("neither auth.jwks-file nor auth.jwks-url is set"));
        }
        DevelopmentKey own = DevelopmentKey.openOrCreate(config.developmentKeyFile());
        return configured.map(other -> KeySources.both(own::asKeySet, other)).orElse(own::asKeySet);
    }

    /** Whether a text is meant as a token, such as one that stands where a client has a password. */
    public static boolean isToken(String text) {
        return TokenHeader.parse(text).isPresent();
    }

    /** A token that holds: whose it is, and until when. */
    public record Verified(Caller caller, Instant expires) {}

    /** @throws ProblemException when the token does not hold, or when there is no key to tell by */
    public Caller authenticate(String token) {
        return verify(token).caller();
    }

    /** @throws ProblemException when the token does not hold, or when there is no key to tell by */
    public Verified verify(String token) {
        TokenHeader header = TokenHeader.parse(token).orElseThrow(Authenticator::invalid);
        Keyring keyring = keys.current().orElseThrow(Authenticator::noKeys);
        if (!keyring.knows(header.algorithm(), header.kid())) {
            keyring = keys.renewed().orElseThrow(Authenticator::noKeys);
        }
        if (!keyring.algorithms().contains(header.algorithm())) {
            throw invalid();
        }
        JsonObject payload = keyring.claims(token).orElseThrow(Authenticator::invalid);
        long expires = requireCurrent(payload);
        return new Verified(claims.caller(payload), Instant.ofEpochSecond(expires));
    }

    /** Answers when it expires, in seconds of the epoch. */
    private long requireCurrent(JsonObject payload) {
        long now = clock.instant().getEpochSecond();
        long leeway = config.leeway().toSeconds();
        long expires = time(payload, "exp").orElseThrow(() -> invalid("The token has no exp."));
        if (now - leeway >= expires) {
            throw new ProblemException(ErrorCode.AUTH_TOKEN_EXPIRED, "The token has expired; get a new one.");
        }
        boolean early = time(payload, "nbf").filter(from -> from > now + leeway).isPresent()
                || time(payload, "iat").filter(issued -> issued > now + leeway).isPresent();
        if (early) {
            throw new ProblemException(
                    ErrorCode.AUTH_TOKEN_EXPIRED, "The token is not valid yet; is the issuer's clock right?");
        }
        return expires;
    }

    private static Optional<Long> time(JsonObject payload, String claim) {
        Object value = payload.getValue(claim);
        if (value == null) {
            return Optional.empty();
        }
        if (value instanceof Number number) {
            return Optional.of(number.longValue());
        }
        throw invalid("The token's " + claim + " is not a number.");
    }

    private static ProblemException invalid() {
        return invalid("The token is malformed, wrongly signed, or not for this service.");
    }

    private static ProblemException invalid(String detail) {
        return new ProblemException(ErrorCode.AUTH_TOKEN_INVALID, detail);
    }

    private static ProblemException noKeys() {
        return new ProblemException(
                ErrorCode.SERVICE_UNAVAILABLE, "The keys that tokens are checked with cannot be read at the moment.");
    }
}
