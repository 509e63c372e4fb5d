package org.datacapsule.common.join;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.HexFormat;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.datacapsule.common.wire.WireJson;

/**
 * What an operator takes to a machine that is to join. {@link #toString()} hides the secret.
 *
 * @param id what routers know it by; no secret
 * @param secret 32 random bytes, base64url
 * @param fingerprint of the certificate of the routers' authority, 64 hex digits
 */
public record JoinToken(String id, String secret, String fingerprint) {
    private static final Pattern FORM = Pattern.compile("dcj1\\.([0-9a-f]{16})\\.([A-Za-z0-9_-]{43})\\.([0-9a-f]{64})");
    private static final int ID_BYTES = 8;
    private static final int SECRET_BYTES = 32;

    public static JoinToken random(String fingerprint) {
        SecureRandom random = new SecureRandom();
        byte[] id = new byte[ID_BYTES];
        random.nextBytes(id);
        byte[] secret = new byte[SECRET_BYTES];
        random.nextBytes(secret);
        return new JoinToken(
                HexFormat.of().formatHex(id),
                Base64.getUrlEncoder().withoutPadding().encodeToString(secret),
                fingerprint);
    }

    /** @throws IllegalArgumentException when it is not such as {@link #text} makes; without the text, which is secret */
    public static JoinToken parse(String text) {
        Matcher matcher = FORM.matcher(text.strip());
        if (!matcher.matches()) {
            throw new IllegalArgumentException(
                    "it is no join token: dcj1. and three parts with dots between them are expected; was it cut off?");
        }
        return new JoinToken(matcher.group(1), matcher.group(2), matcher.group(3));
    }

    /** All of it, for the operator. */
    public String text() {
        return "dcj1." + id + "." + secret + "." + fingerprint;
    }

    /** Shows that who made the request has this token. */
    public String proof(JoinRequest.Asked asked) {
        return mac("join request", WireJson.text(asked));
    }

    /** Shows that who answers knows this token, and to what the answer is. */
    public String proof(JoinRequest.Asked asked, String enrolment) {
        return mac("join answer", WireJson.text(asked) + '\0' + enrolment);
    }

    /** Compares proofs in a time that does not tell how much of them is right. */
    public static boolean same(String one, String other) {
        return MessageDigest.isEqual(one.getBytes(StandardCharsets.UTF_8), other.getBytes(StandardCharsets.UTF_8));
    }

    private String mac(String purpose, String text) {
        try {
            Mac mac = Mac.getInstance("HmacSHA256");
            mac.init(new SecretKeySpec(Base64.getUrlDecoder().decode(secret), "HmacSHA256"));
            mac.update(("datacapsule " + purpose + " v1\0").getBytes(StandardCharsets.US_ASCII));
            return HexFormat.of().formatHex(mac.doFinal(text.getBytes(StandardCharsets.UTF_8)));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every JDK has HMAC-SHA256", e);
        }
    }

    @Override
    public String toString() {
        return "JoinToken[id=" + id + "]";
    }
}
