package org.datacapsule.common.signing;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.Signature;
import java.util.Base64;
import org.datacapsule.common.wire.CommandEnvelope;
import org.datacapsule.common.wire.SignedCommand;
import org.datacapsule.common.wire.WireJson;

/** Signs commands with a router's Ed25519 key (RFC 8032). */
public final class CommandSigner {
    private final PrivateKey privateKey;
    private final String keyId;

    public CommandSigner(PrivateKey privateKey, PublicKey publicKey) {
        this.privateKey = privateKey;
        this.keyId = SignedBytes.keyId(publicKey);
    }

    public SignedCommand sign(CommandEnvelope envelope) {
        String text = WireJson.text(envelope);
        try {
            Signature signature = Signature.getInstance(SignedBytes.ALGORITHM);
            signature.initSign(privateKey);
            signature.update(SignedBytes.PURPOSE);
            signature.update(text.getBytes(StandardCharsets.UTF_8));
            return new SignedCommand(keyId, text, Base64.getEncoder().encodeToString(signature.sign()));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("the command signing key does not sign", e);
        }
    }
}
