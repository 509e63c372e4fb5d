package org.datacapsule.router.http;

import io.vertx.core.buffer.Buffer;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;

/** Requests that are good but for their token. */
public final class BadTokens {
    private static final String INVALID = "auth.token-invalid";
    private static final String MISSING = "auth.token-missing";
    private static final String EXPIRED = "auth.token-expired";

    private final TestIssuer issuer;
    private final long now = Instant.now().getEpochSecond();
    private final List<BadInput> inputs = new ArrayList<>();

    private BadTokens(TestIssuer issuer) {
        this.issuer = issuer;
    }

    public static List<BadInput> all(TestIssuer issuer) {
        BadTokens tokens = new BadTokens(issuer);
        tokens.headers();
        tokens.times();
        tokens.claims();
        tokens.signatures();
        tokens.confusions();
        return List.copyOf(tokens.inputs);
    }

    private void headers() {
        add("no Authorization header", MISSING);
        add("basic authentication", MISSING, "Authorization: Basic dXNlcjpwYXNz");
        add("a token without a scheme", MISSING, "Authorization: " + good());
        add("a scheme without a token", MISSING, "Authorization: Bearer");
        add("two tokens", INVALID, "Authorization: Bearer " + good(), "Authorization: Bearer " + good());
        add("a user in a header of the client's own", MISSING, "X-User: admin", "X-Forwarded-User: admin");
        token("garbage", INVALID, "garbage");
        token("garbage in three parts", INVALID, "a.b.c");
        token("a quote", INVALID, "'OR'1'='1");
        token("a token cut short", INVALID, good().substring(0, good().length() - 40));
        token("a fourth part", INVALID, good() + ".AAAA");
        token("a trailing dot", INVALID, good() + ".");
    }

    private void times() {
        signed("expired", EXPIRED, issuer.claims().put("exp", now - 120));
        signed("not valid yet", EXPIRED, issuer.claims().put("nbf", now + 120));
        signed("issued in the future", EXPIRED, issuer.claims().put("iat", now + 120));
        JsonObject eternal = issuer.claims();
        eternal.remove("exp");
        signed("no exp", INVALID, eternal);
        signed("exp is text", INVALID, issuer.claims().put("exp", "tomorrow"));
        signed("nbf is text", INVALID, issuer.claims().put("nbf", "today"));
    }

    private void claims() {
        signed("wrong issuer", INVALID, issuer.claims().put("iss", "https://evil.example.org"));
        signed("no issuer", INVALID, without("iss"));
        signed("wrong audience", INVALID, issuer.claims().put("aud", "another-service"));
        signed("no audience", INVALID, without("aud"));
        signed("audience is an object", INVALID, issuer.claims().put("aud", new JsonObject()));
        signed(
                "other audiences",
                INVALID,
                issuer.claims().put("aud", new JsonArray().add("a").add("b")));
        signed("no sub", INVALID, without("sub"));
        signed("empty sub", INVALID, issuer.claims().put("sub", ""));
        signed("sub is a number", INVALID, issuer.claims().put("sub", 7));
        signed("sub of 129 characters", INVALID, issuer.claims().put("sub", "x".repeat(129)));
        signed("sub with a newline", INVALID, issuer.claims().put("sub", "a\nb"));
        signed("sub with NUL", INVALID, issuer.claims().put("sub", "a\0b"));
        signed("email without @", INVALID, issuer.claims().put("email", "researcher"));
        signed("email with two @", INVALID, issuer.claims().put("email", "a@b@c"));
        signed("email with a space", INVALID, issuer.claims().put("email", "a b@c"));
    }

    private void signatures() {
        String[] parts = good().split("\\.", -1);
        JsonObject admin = issuer.claims().put("roles", new JsonArray().add("admin"));
        token(
                "tampered payload",
                INVALID,
                parts[0] + "." + TestIssuer.base64(admin.toBuffer().getBytes()) + "." + parts[2]);
        token("signed by another issuer", INVALID, new TestIssuer().token("RS256", issuer.claims()));
        token("ES256 signed by another issuer", INVALID, new TestIssuer().token("ES256", issuer.claims()));
        token("EdDSA signed by another issuer", INVALID, new TestIssuer().token("EdDSA", issuer.claims()));
        token("unknown kid", INVALID, issuer.signed(header("RS256").put("kid", "of-nobody"), issuer.claims(), "RS256"));
        token(
                "kid as a path",
                INVALID,
                issuer.signed(header("RS256").put("kid", "../../../dev/null"), issuer.claims(), "RS256"));
        token("kid as a number", INVALID, issuer.signed(header("RS256").put("kid", 1), issuer.claims(), "RS256"));
        token(
                "an extension that must be understood",
                INVALID,
                issuer.signed(header("RS256").put("crit", new JsonArray().add("b64")), issuer.claims(), "RS256"));
        token(
                "ECDSA signature of zeros",
                INVALID,
                TestIssuer.unsigned(header("ES256"), issuer.claims()) + "." + TestIssuer.base64(new byte[64]));
        JsonObject own = new TestIssuer().publicJwk("RS256");
        token(
                "a key of the token's own",
                INVALID,
                new TestIssuer().signed(header("RS256").put("jwk", own), issuer.claims(), "RS256"));
    }

    private void confusions() {
        JsonObject none = new JsonObject().put("alg", "none").put("typ", "JWT");
        token("alg none, empty signature", INVALID, TestIssuer.unsigned(none, issuer.claims()) + ".");
        token("alg none, two parts", INVALID, TestIssuer.unsigned(none, issuer.claims()));
        token("alg none, some signature", INVALID, TestIssuer.unsigned(none, issuer.claims()) + ".AAAA");
        token("alg None", INVALID, TestIssuer.unsigned(none.copy().put("alg", "None"), issuer.claims()) + ".AAAA");
        token("no alg", INVALID, TestIssuer.unsigned(new JsonObject(), issuer.claims()) + ".AAAA");
        byte[] der = issuer.rsaPublic().getEncoded();
        String pem = "-----BEGIN PUBLIC KEY-----\n"
                + Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(der) + "\n-----END PUBLIC KEY-----\n";
        token("HS256 with the public key in DER", INVALID, TestIssuer.hs256(header("HS256"), issuer.claims(), der));
        token(
                "HS256 with the public key in PEM",
                INVALID,
                TestIssuer.hs256(header("HS256"), issuer.claims(), pem.getBytes(StandardCharsets.US_ASCII)));
        token(
                "HS256 under the kid of the RSA key",
                INVALID,
                TestIssuer.hs256(header("HS256").put("kid", TestIssuer.kid("RS256")), issuer.claims(), der));
        token(
                "HS256 with an empty looking secret",
                INVALID,
                TestIssuer.hs256(header("HS256"), issuer.claims(), new byte[] {0}));
        token("RS512 in the header", INVALID, issuer.signed(header("RS512"), issuer.claims(), "RS256"));
        token("an RS256 signature called ES256", INVALID, issuer.signed(header("ES256"), issuer.claims(), "RS256"));
    }

    private String good() {
        return issuer.token("RS256", issuer.claims());
    }

    private JsonObject without(String claim) {
        JsonObject claims = issuer.claims();
        claims.remove(claim);
        return claims;
    }

    private static JsonObject header(String algorithm) {
        return new JsonObject().put("alg", algorithm).put("typ", "JWT").put("kid", TestIssuer.kid(algorithm));
    }

    private void signed(String name, String code, JsonObject claims) {
        token(name, code, issuer.token("RS256", claims));
    }

    private void token(String name, String code, String token) {
        add(name, code, "Authorization: Bearer " + token);
    }

    private void add(String name, String code, String... headers) {
        List<String> lines = new ArrayList<>(List.of(headers));
        lines.add("Content-Type: application/x-www-form-urlencoded");
        RawRequest request =
                new RawRequest("POST", "/createvm", lines, Buffer.buffer(RawRequest.encoded(RawRequest.createvm())));
        inputs.add(BadInput.of("token: " + name, request, 401, code));
    }
}
