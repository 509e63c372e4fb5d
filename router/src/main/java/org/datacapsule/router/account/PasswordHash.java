package org.datacapsule.router.account;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import java.util.HexFormat;
import java.util.Locale;
import javax.crypto.SecretKeyFactory;
import javax.crypto.spec.PBEKeySpec;

/**
 * What is kept of a password: PBKDF2 of its SHA-512 in hex, because that digest is all that some clients send of it. It costs
 * a tenth of a second or so, on purpose.
 *
 * @param salt in hex
 * @param hash in hex
 */
record PasswordHash(String salt, int iterations, String hash) {
    /** OWASP's for PBKDF2 with HMAC-SHA-512. */
    private static final int ITERATIONS = 210_000;

    private static final int SALT_BYTES = 16;
    private static final int HASH_BITS = 256;
    private static final HexFormat HEX = HexFormat.of();
    private static final SecureRandom RANDOM = new SecureRandom();

    /** Fits no password; to take as long over a name that nobody has. */
    static PasswordHash ofNobody() {
        return new PasswordHash("00".repeat(SALT_BYTES), ITERATIONS, "00".repeat(HASH_BITS / Byte.SIZE));
    }

    /** @param digest of {@link #digest} */
    static PasswordHash of(String digest) {
        byte[] salt = new byte[SALT_BYTES];
        RANDOM.nextBytes(salt);
        return new PasswordHash(HEX.formatHex(salt), ITERATIONS, HEX.formatHex(derive(digest, salt, ITERATIONS)));
    }

    boolean fits(String digest) {
        return MessageDigest.isEqual(HEX.parseHex(hash), derive(digest, HEX.parseHex(salt), iterations));
    }

    /** A password as some clients send it: SHA-512, in hex. */
    static String digest(String password) {
        try {
            return HEX.formatHex(
                    MessageDigest.getInstance("SHA-512").digest(password.getBytes(StandardCharsets.UTF_8)));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-512", e);
        }
    }

    private static byte[] derive(String digest, byte[] salt, int iterations) {
        char[] secret = digest.toLowerCase(Locale.ROOT).toCharArray();
        try {
            return SecretKeyFactory.getInstance("PBKDF2WithHmacSHA512")
                    .generateSecret(new PBEKeySpec(secret, salt, iterations, HASH_BITS))
                    .getEncoded();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("this JDK has no PBKDF2", e);
        }
    }
}
