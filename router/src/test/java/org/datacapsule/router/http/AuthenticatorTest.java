package org.datacapsule.router.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.vertx.core.Vertx;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.datacapsule.common.error.ErrorCode;
import org.datacapsule.common.error.ProblemException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Which tokens hold, and where keys come from; the many that do not hold are in {@link BadTokens}. */
class AuthenticatorTest {
    private final Vertx vertx = Vertx.vertx();
    private final TestIssuer issuer = new TestIssuer();

    @TempDir
    Path folder;

    @AfterEach
    void close() {
        vertx.close().await();
    }

    @ParameterizedTest
    @ValueSource(strings = {"RS256", "ES256", "EdDSA"})
    void aTokenOfEachAlgorithmSaysWhoCalls(String algorithm) throws Exception {
        JsonObject claims = issuer.claims()
                .put("roles", new JsonArray().add("admin").add("unknown").add(7));

        Caller caller = authenticator(issuer.config(folder)).authenticate(issuer.token(algorithm, claims));

        assertThat(caller)
                .isEqualTo(new Caller(
                        TestIssuer.GUID,
                        Optional.of("researcher@example.org"),
                        Optional.of("researcher"),
                        Set.of(TokenRole.ADMIN)));
    }

    @Test
    void clocksMayBeApartByTheLeeway() throws Exception {
        Authenticator authenticator = authenticator(issuer.config(folder));
        long now = Clock.systemUTC().instant().getEpochSecond();

        String late = issuer.token("ES256", issuer.claims().put("exp", now - 20));
        String early =
                issuer.token("ES256", issuer.claims().put("nbf", now + 20).put("iat", now + 20));

        assertThat(authenticator.authenticate(late).guid()).isEqualTo(TestIssuer.GUID);
        assertThat(authenticator.authenticate(early).guid()).isEqualTo(TestIssuer.GUID);
    }

    @Test
    void anAudienceMayBeOneOfSeveral() throws Exception {
        JsonObject claims =
                issuer.claims().put("aud", new JsonArray().add("other").add(TestIssuer.AUDIENCE));

        assertThat(authenticator(issuer.config(folder))
                        .authenticate(issuer.token("RS256", claims))
                        .guid())
                .isEqualTo(TestIssuer.GUID);
    }

    @Test
    void rolesMayStandDeeper() throws Exception {
        AuthConfig config = with(
                issuer.config(folder),
                new AuthConfig.Claims("sub", "email", "preferred_username", "realm_access.roles"),
                false);
        JsonObject claims =
                issuer.claims().put("realm_access", new JsonObject().put("roles", new JsonArray().add("operator")));

        assertThat(authenticator(config)
                        .authenticate(issuer.token("RS256", claims))
                        .roles())
                .containsExactly(TokenRole.OPERATOR);
    }

    /** vertx-auth-jwt without a key takes unsigned tokens, so there must never be such a one. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"keys\":[]}",
                "{\"keys\":[{\"kty\":\"oct\",\"k\":\"c2VjcmV0LXNlY3JldC1zZWNyZXQtc2VjcmV0LXNlY3JldC0\"}]}",
                "{\"keys\":[{\"kty\":\"RSA\",\"n\":\"AQAB\",\"e\":\"AQAB\"}]}",
                "{\"keys\":[{\"kty\":\"EC\",\"crv\":\"P-384\",\"x\":\"AA\",\"y\":\"AA\"}]}",
                "{\"keys\":[{\"kty\":\"OKP\",\"crv\":\"X25519\",\"x\":\"AA\"}]}",
                "{\"keys\":[7,null,{}]}",
                "{}",
                "[]",
                "not json"
            })
    void aKeyFileWithoutAUsableKeyStopsTheStart(String jwks) throws Exception {
        AuthConfig config = issuer.config(folder);
        Files.writeString(folder.resolve("jwks.json"), jwks);

        assertThatThrownBy(() -> authenticator(config)).isInstanceOf(IOException.class);
    }

    @Test
    void aSharedSecretIsAKeyOnlyInDevelopment() throws Exception {
        byte[] secret = "a-secret-of-thirty-two-bytes-or-more".getBytes(StandardCharsets.US_ASCII);
        JsonObject jwks = issuer.jwks();
        jwks.getJsonArray("keys")
                .add(new JsonObject().put("kty", "oct").put("kid", "shared").put("k", TestIssuer.base64(secret)));
        AuthConfig config = issuer.config(folder);
        Files.writeString(folder.resolve("jwks.json"), jwks.encode());
        String token =
                TestIssuer.hs256(new JsonObject().put("alg", "HS256").put("kid", "shared"), issuer.claims(), secret);

        Authenticator development = authenticator(with(config, AuthConfig.Claims.DEFAULT, true));

        assertThat(development.authenticate(token).guid()).isEqualTo(TestIssuer.GUID);
        assertRefused(authenticator(config), token, ErrorCode.AUTH_TOKEN_INVALID);
    }

    @Test
    void aTokenOfTheDevelopmentKeyHoldsOnlyInDevelopment() throws Exception {
        AuthConfig config = issuer.config(folder);
        AuthConfig development = with(config, AuthConfig.Claims.DEFAULT, true);
        DevelopmentTokens tokens = DevelopmentTokens.open(development, Clock.systemUTC());

        String token = tokens.mint(
                "me",
                Optional.of("me@example.org"),
                Optional.empty(),
                List.of(TokenRole.REVIEWER),
                Duration.ofMinutes(1));

        assertThat(authenticator(development).authenticate(token))
                .isEqualTo(
                        new Caller("me", Optional.of("me@example.org"), Optional.empty(), Set.of(TokenRole.REVIEWER)));
        assertRefused(authenticator(config), token, ErrorCode.AUTH_TOKEN_INVALID);
        assertThatThrownBy(() -> DevelopmentTokens.open(config, Clock.systemUTC()))
                .isInstanceOf(IOException.class);
    }

    @Test
    void theDevelopmentKeyIsForItsOwnerOnlyAndStays() throws Exception {
        Path file = folder.resolve("keys/development-key.json");

        JsonObject first = DevelopmentKey.openOrCreate(file).asKeySet();
        JsonObject second = DevelopmentKey.openOrCreate(file).asKeySet();

        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                .isEqualTo("rw-------");
        assertThat(second).isEqualTo(first);
        assertThat(first.encode()).doesNotContain("\"d\"");
        try (var files = Files.list(folder.resolve("keys"))) {
            assertThat(files).containsExactly(file);
        }
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-r--r--"));
        assertThatThrownBy(() -> DevelopmentKey.openOrCreate(file)).hasMessageContaining("chmod 600");
    }

    @Test
    void newKeysOfAProviderAreFetchedWhenATokenNamesThemButNotForEveryToken() throws Exception {
        AtomicReference<JsonObject> published = new AtomicReference<>(issuer.jwks());
        AtomicInteger asked = new AtomicInteger();
        com.sun.net.httpserver.HttpServer provider =
                com.sun.net.httpserver.HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        provider.createContext("/jwks", exchange -> {
            asked.incrementAndGet();
            byte[] body = published.get().encode().getBytes(StandardCharsets.UTF_8);
            exchange.sendResponseHeaders(200, body.length);
            exchange.getResponseBody().write(body);
            exchange.close();
        });
        provider.start();
        try {
            AuthConfig config =
                    atUrl("http://127.0.0.1:" + provider.getAddress().getPort() + "/jwks");
            RefreshedKeys keys = new RefreshedKeys(
                    vertx, config, KeySources.url(config.jwksUrl().orElseThrow()), Clock.systemUTC(), Duration.ZERO);
            Authenticator authenticator = new Authenticator(config, keys, Clock.systemUTC());
            TestIssuer rotated = new TestIssuer();
            JsonObject header = new JsonObject().put("alg", "ES256").put("kid", "new");

            assertThat(authenticator.authenticate(issuer.token("ES256", issuer.claims())))
                    .isNotNull();
            authenticator.authenticate(issuer.token("RS256", issuer.claims()));
            assertThat(asked).hasValue(1);
            published.set(new JsonObject()
                    .put("keys", new JsonArray().add(rotated.publicJwk("ES256").put("kid", "new"))));
            assertThat(authenticator.authenticate(rotated.signed(header, issuer.claims(), "ES256")))
                    .isNotNull();
            assertThat(asked).hasValue(2);
        } finally {
            provider.stop(0);
        }
    }

    @Test
    void aTokenThatHeldOnceIsStillAskedForItsTimesItsTextAndItsKeys() throws Exception {
        AtomicReference<Instant> now = new AtomicReference<>(Instant.now());
        InstantSource moments = now::get;
        Clock clock = moments.withZone(ZoneOffset.UTC);
        AtomicReference<JsonObject> published = new AtomicReference<>(issuer.jwks());
        AuthConfig config = atUrl("http://127.0.0.1:9/jwks");
        Authenticator authenticator = new Authenticator(
                config, new RefreshedKeys(vertx, config, published::get, clock, Duration.ofSeconds(10)), clock);
        String token = issuer.token("EdDSA", issuer.claims());
        assertThat(authenticator.authenticate(token).guid()).isEqualTo(TestIssuer.GUID);

        JsonObject other = issuer.claims().put("sub", "somebody-else");
        String altered = token.substring(0, token.indexOf('.') + 1)
                + TestIssuer.base64(other.toBuffer().getBytes())
                + token.substring(token.lastIndexOf('.'));
        assertRefused(authenticator, altered, ErrorCode.AUTH_TOKEN_INVALID);

        now.set(now.get().plus(Duration.ofDays(1)));
        assertRefused(authenticator, token, ErrorCode.AUTH_TOKEN_EXPIRED);

        String longLived = issuer.token(
                "EdDSA",
                issuer.claims().put("exp", now.get().plus(Duration.ofDays(9)).getEpochSecond()));
        assertThat(authenticator.authenticate(longLived).guid()).isEqualTo(TestIssuer.GUID);
        published.set(new TestIssuer().jwks());
        now.set(now.get().plus(Duration.ofMinutes(11)));
        assertRefused(authenticator, longLived, ErrorCode.AUTH_TOKEN_INVALID);
    }

    @Test
    void unknownKeyIdsDoNotHammerTheProvider() throws Exception {
        AtomicInteger asked = new AtomicInteger();
        AuthConfig config = atUrl("http://127.0.0.1:9/jwks");
        KeySource source = () -> {
            asked.incrementAndGet();
            return issuer.jwks();
        };
        Authenticator authenticator = new Authenticator(
                config,
                new RefreshedKeys(vertx, config, source, Clock.systemUTC(), Duration.ofMinutes(1)),
                Clock.systemUTC());

        for (int i = 0; i < 50; i++) {
            JsonObject header = new JsonObject().put("alg", "RS256").put("kid", "unknown-" + i);
            assertRefused(authenticator, issuer.signed(header, issuer.claims(), "RS256"), ErrorCode.AUTH_TOKEN_INVALID);
        }

        assertThat(asked).hasValue(1);
    }

    @Test
    void withoutKeysTheServiceIsUnavailableAndNoTokenHolds() throws Exception {
        Authenticator authenticator = authenticator(atUrl("http://127.0.0.1:9/jwks"));

        assertRefused(authenticator, issuer.token("RS256", issuer.claims()), ErrorCode.SERVICE_UNAVAILABLE);
    }

    private Authenticator authenticator(AuthConfig config) throws IOException, InterruptedException {
        return Authenticator.create(vertx, config, Clock.systemUTC());
    }

    private static void assertRefused(Authenticator authenticator, String token, ErrorCode code) {
        assertThatThrownBy(() -> authenticator.authenticate(token))
                .isInstanceOfSatisfying(
                        ProblemException.class,
                        refusal -> assertThat(refusal.problem().code()).isEqualTo(code));
    }

    private AuthConfig atUrl(String url) throws IOException {
        AuthConfig file = issuer.config(folder);
        return new AuthConfig(
                Optional.empty(),
                Optional.of(URI.create(url)),
                file.issuer(),
                file.audience(),
                file.leeway(),
                file.claims(),
                false,
                file.developmentKeyFile());
    }

    private static AuthConfig with(AuthConfig config, AuthConfig.Claims claims, boolean development) {
        return new AuthConfig(
                config.jwksFile(),
                config.jwksUrl(),
                config.issuer(),
                config.audience(),
                config.leeway(),
                claims,
                development,
                config.developmentKeyFile());
    }
}
