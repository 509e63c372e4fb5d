package org.datacapsule.common.certificate;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.PublicKey;
import org.bouncycastle.operator.ContentVerifierProvider;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;
import org.bouncycastle.operator.jcajce.JcaContentVerifierProviderBuilder;
import org.bouncycastle.pkcs.PKCSException;
import org.bouncycastle.pkcs.jcajce.JcaPKCS10CertificationRequest;
import org.bouncycastle.pkcs.jcajce.JcaPKCS10CertificationRequestBuilder;

/** A request for a certificate (PKCS#10, RFC 2986). It proves who asks to have the key; what the certificate says is the authority's to decide. */
public final class SigningRequest {
    private static final String LABEL = "CERTIFICATE REQUEST";

    private SigningRequest() {}

    /** A request for these keys, as PEM. */
    public static String make(KeyPair keys, String name) {
        try {
            byte[] encoded = new JcaPKCS10CertificationRequestBuilder(Names.of(name), keys.getPublic())
                    .build(new JcaContentSignerBuilder(Authority.SIGNATURE).build(keys.getPrivate()))
                    .getEncoded();
            return Pem.block(LABEL, encoded);
        } catch (OperatorCreationException e) {
            throw new IllegalStateException("a key of ours does not sign", e);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /**
     * The public key of whoever made the request, and has its private half.
     *
     * @throws IllegalArgumentException saying what is wrong with the request
     */
    public static PublicKey key(String pem) {
        try {
            JcaPKCS10CertificationRequest request = new JcaPKCS10CertificationRequest(Pem.content(pem, LABEL, 0));
            PublicKey key = EllipticKeys.requireP256(request.getPublicKey());
            ContentVerifierProvider verifier = new JcaContentVerifierProviderBuilder().build(key);
            if (!request.isSignatureValid(verifier)) {
                throw new IllegalArgumentException("it is not signed with the key it is for");
            }
            return key;
        } catch (IOException | PKCSException | OperatorCreationException | GeneralSecurityException e) {
            throw new IllegalArgumentException("it is no certificate request: " + e.getMessage(), e);
        }
    }
}
