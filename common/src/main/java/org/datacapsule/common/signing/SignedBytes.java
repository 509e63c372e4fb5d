package org.datacapsule.common.signing;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.PublicKey;
import java.util.HexFormat;

final class SignedBytes {
    static final String ALGORITHM = "Ed25519";

    /** Signed before the message, so that a signature made for anything else can never pass for a command. */
    static final byte[] PURPOSE = "datacapsule command v1\0".getBytes(StandardCharsets.US_ASCII);

    /** The same for a mode receipt. */
    static final byte[] RECEIPT_PURPOSE = "datacapsule mode receipt v1\0".getBytes(StandardCharsets.US_ASCII);

    private static final int KEY_ID_BYTES = 8;

    private SignedBytes() {}

    static String keyId(PublicKey key) {
        try {
            byte[] digest = MessageDigest.getInstance("SHA-256").digest(key.getEncoded());
            return HexFormat.of().formatHex(digest, 0, KEY_ID_BYTES);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("this JDK has no SHA-256", e);
        }
    }
}
