package org.datacapsule.common.signing;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.Signature;
import java.util.Base64;
import org.datacapsule.common.wire.ModeReceipt;
import org.datacapsule.common.wire.SignedReceipt;
import org.datacapsule.common.wire.WireJson;

/** Signs mode receipts with a host's Ed25519 key (RFC 8032). */
public final class ReceiptSigner {
    private final PrivateKey privateKey;
    private final PublicKey publicKey;

    public ReceiptSigner(PrivateKey privateKey, PublicKey publicKey) {
        this.privateKey = privateKey;
        this.publicKey = publicKey;
    }

    /** The public key as routers publish it: base64 of its X.509 form. */
    public String publicKeyText() {
        return Base64.getEncoder().encodeToString(publicKey.getEncoded());
    }

    public SignedReceipt sign(ModeReceipt receipt) {
        String text = WireJson.text(receipt);
        try {
            Signature signature = Signature.getInstance(SignedBytes.ALGORITHM);
            signature.initSign(privateKey);
            signature.update(SignedBytes.RECEIPT_PURPOSE);
            signature.update(text.getBytes(StandardCharsets.UTF_8));
            return new SignedReceipt(
                    SignedBytes.keyId(publicKey), text, Base64.getEncoder().encodeToString(signature.sign()));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("the receipt signing key does not sign", e);
        }
    }
}
