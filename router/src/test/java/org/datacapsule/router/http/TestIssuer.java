package org.datacapsule.router.http;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PublicKey;
import java.security.Signature;
import java.security.interfaces.ECPublicKey;
import java.security.interfaces.RSAPublicKey;
import java.security.spec.ECGenParameterSpec;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.Base64;
import java.util.Optional;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/** An identity provider of the tests: one key of each algorithm, and tokens good and bad. */
public final class TestIssuer {
    public static final String ISSUER = "https://issuer.example.org";
    public static final String AUDIENCE = "datacapsule-test";
    public static final String GUID = "b2f7d37a-deb5-4f67-b6a1-abe47f8e2c65";

    private final KeyPair rsa;
    private final KeyPair ec;
    private final KeyPair ed;

    public TestIssuer() {
        try {
            KeyPairGenerator rsaKeys = KeyPairGenerator.getInstance("RSA");
            rsaKeys.initialize(2048);
            rsa = rsaKeys.generateKeyPair();
            KeyPairGenerator ecKeys = KeyPairGenerator.getInstance("EC");
            ecKeys.initialize(new ECGenParameterSpec("secp256r1"));
            ec = ecKeys.generateKeyPair();
            ed = KeyPairGenerator.getInstance("Ed25519").generateKeyPair();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    /** The configuration under which this issuer's tokens are accepted. */
    public AuthConfig config(Path folder) throws IOException {
        Path file = Files.writeString(folder.resolve("jwks.json"), jwks().encode());
        return new AuthConfig(
                Optional.of(file),
                Optional.empty(),
                ISSUER,
                AUDIENCE,
                Duration.ofSeconds(30),
                AuthConfig.Claims.DEFAULT,
                false,
                folder.resolve("development-key.json"));
    }

    public JsonObject jwks() {
        return new JsonObject()
                .put(
                        "keys",
                        new JsonArray()
                                .add(publicJwk("RS256"))
                                .add(publicJwk("ES256"))
                                .add(publicJwk("EdDSA")));
    }

    public JsonObject publicJwk(String algorithm) {
        JsonObject key =
                new JsonObject().put("kid", kid(algorithm)).put("use", "sig").put("alg", algorithm);
        return switch (algorithm) {
            case "RS256" -> {
                RSAPublicKey half = (RSAPublicKey) rsa.getPublic();
                yield key.put("kty", "RSA")
                        .put("n", base64(half.getModulus().toByteArray()))
                        .put("e", base64(half.getPublicExponent().toByteArray()));
            }
            case "ES256" -> {
                ECPublicKey half = (ECPublicKey) ec.getPublic();
                yield key.put("kty", "EC")
                        .put("crv", "P-256")
                        .put("x", base64(fixed(half.getW().getAffineX())))
                        .put("y", base64(fixed(half.getW().getAffineY())));
            }
            default -> {
                byte[] encoded = ed.getPublic().getEncoded();
                yield key.put("kty", "OKP")
                        .put("crv", "Ed25519")
                        .put("x", base64(Arrays.copyOfRange(encoded, encoded.length - 32, encoded.length)));
            }
        };
    }

    public static String kid(String algorithm) {
        return "test-" + algorithm;
    }

    public PublicKey rsaPublic() {
        return rsa.getPublic();
    }

    /** The header of a request of a user with these roles. */
    public String bearer(String... roles) {
        return "Bearer " + token("RS256", claims().put("roles", new JsonArray(Arrays.asList(roles))));
    }

    /** Claims that hold for five minutes. */
    public JsonObject claims() {
        long now = Instant.now().getEpochSecond();
        return new JsonObject()
                .put("iss", ISSUER)
                .put("aud", AUDIENCE)
                .put("sub", GUID)
                .put("email", "researcher@example.org")
                .put("preferred_username", "researcher")
                .put("roles", new JsonArray())
                .put("iat", now)
                .put("exp", now + 300);
    }

    public String token(String algorithm, JsonObject claims) {
        return signed(
                new JsonObject().put("alg", algorithm).put("typ", "JWT").put("kid", kid(algorithm)), claims, algorithm);
    }

    /** Signs with this issuer's key of {@code algorithm}, whatever the header says. */
    public String signed(JsonObject header, JsonObject claims, String algorithm) {
        String input = unsigned(header, claims);
        byte[] signature = switch (algorithm) {
            case "RS256" -> sign("SHA256withRSA", rsa, input);
            case "ES256" -> sign("SHA256withECDSAinP1363Format", ec, input);
            default -> sign("Ed25519", ed, input);
        };
        return input + "." + base64(signature);
    }

    public static String hs256(JsonObject header, JsonObject claims, byte[] secret) {
        try {
            Mac mac = Mac.getInstance("HmacSHA256");
            mac.init(new SecretKeySpec(secret, "HmacSHA256"));
            String input = unsigned(header, claims);
            return input + "." + base64(mac.doFinal(input.getBytes(StandardCharsets.US_ASCII)));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    public static String unsigned(JsonObject header, JsonObject claims) {
        return base64(header.encode().getBytes(StandardCharsets.UTF_8)) + "."
                + base64(claims.encode().getBytes(StandardCharsets.UTF_8));
    }

    public static String base64(byte[] bytes) {
        return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
    }

    private static byte[] sign(String algorithm, KeyPair pair, String input) {
        try {
            Signature signature = Signature.getInstance(algorithm);
            signature.initSign(pair.getPrivate());
            signature.update(input.getBytes(StandardCharsets.US_ASCII));
            return signature.sign();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    private static byte[] fixed(BigInteger coordinate) {
        byte[] bytes = coordinate.toByteArray();
        byte[] out = new byte[32];
        int from = Math.max(0, bytes.length - 32);
        System.arraycopy(bytes, from, out, 32 - (bytes.length - from), bytes.length - from);
        return out;
    }
}
