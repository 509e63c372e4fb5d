package org.datacapsule.common.signing;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PublicKey;
import java.security.Signature;
import java.security.spec.X509EncodedKeySpec;
import java.util.Base64;
import org.datacapsule.common.wire.ModeReceipt;
import org.datacapsule.common.wire.SignedReceipt;
import org.datacapsule.common.wire.WireJson;

/** Checks a mode receipt against a host's public key; needs nothing but the two. */
public final class ReceiptVerifier {

    private ReceiptVerifier() {}

    /**
     * The receipt, once its signature is right.
     *
     * @param publicKey as {@link ReceiptSigner#publicKeyText()} has it
     * @throws IllegalArgumentException saying what is wrong with the key, the signature or the text
     */
    public static ModeReceipt verify(SignedReceipt signed, String publicKey) {
        PublicKey key = parse(publicKey);
        if (!SignedBytes.keyId(key).equals(signed.keyId())) {
            throw new IllegalArgumentException(
                    "the receipt is signed with key " + signed.keyId() + ", and this is " + SignedBytes.keyId(key));
        }
        if (!isSignedBy(key, signed)) {
            throw new IllegalArgumentException("the signature does not fit the receipt");
        }
        return WireJson.read(signed.receipt(), ModeReceipt.class);
    }

    /**
     * What receipts name a key by: the first 16 hex digits of its SHA-256.
     *
     * @throws IllegalArgumentException when it is no public key
     */
    public static String keyId(String publicKey) {
        return SignedBytes.keyId(parse(publicKey));
    }

    private static PublicKey parse(String publicKey) {
        try {
            return KeyFactory.getInstance(SignedBytes.ALGORITHM)
                    .generatePublic(new X509EncodedKeySpec(Base64.getDecoder().decode(publicKey)));
        } catch (GeneralSecurityException | IllegalArgumentException e) {
            throw new IllegalArgumentException("not an Ed25519 public key in base64: " + e.getMessage(), e);
        }
    }

    private static boolean isSignedBy(PublicKey key, SignedReceipt signed) {
        try {
            Signature signature = Signature.getInstance(SignedBytes.ALGORITHM);
            signature.initVerify(key);
            signature.update(SignedBytes.RECEIPT_PURPOSE);
            signature.update(signed.receipt().getBytes(StandardCharsets.UTF_8));
            return signature.verify(Base64.getDecoder().decode(signed.signature()));
        } catch (GeneralSecurityException | IllegalArgumentException e) {
            return false;
        }
    }
}
