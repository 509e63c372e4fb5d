package org.datacapsule.common.certificate;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.PrivateKey;
import java.security.Signature;
import java.security.cert.X509Certificate;

/**
 * What a process proves itself with, and whom it trusts. {@link #toString()} hides the key.
 *
 * @param certificate of this key, signed by the authority
 * @param authority whose certificates are trusted, and no others
 */
public record Identity(PrivateKey key, X509Certificate certificate, X509Certificate authority) {

    /** @throws IllegalArgumentException when the three do not belong together */
    public Identity {
        requirePair(key, certificate);
        try {
            certificate.verify(authority.getPublicKey());
        } catch (GeneralSecurityException e) {
            throw new IllegalArgumentException("the certificate is not of that authority", e);
        }
    }

    /** Key, certificate and authority's certificate in one text. */
    public String pem() {
        return keyPem() + certificatePem() + authorityPem();
    }

    public String keyPem() {
        return EllipticKeys.pem(key);
    }

    public String certificatePem() {
        return Certificates.pem(certificate);
    }

    public String authorityPem() {
        return Certificates.pem(authority);
    }

    /** @throws IllegalArgumentException when the text is not such as {@link #pem} makes */
    public static Identity parse(String pem) {
        return new Identity(EllipticKeys.parsePrivate(pem), Certificates.parse(pem, 0), Certificates.parse(pem, 1));
    }

    /** @throws IOException when the file is not there, or is not such as {@link #pem} makes */
    public static Identity read(Path file) throws IOException {
        try {
            return parse(Files.readString(file, StandardCharsets.US_ASCII));
        } catch (IllegalArgumentException e) {
            throw new IOException(file + " is not usable: " + e.getMessage(), e);
        }
    }

    /** @throws IllegalArgumentException when the certificate is for another key */
    static void requirePair(PrivateKey key, X509Certificate certificate) {
        byte[] probe = {1};
        try {
            Signature signature = Signature.getInstance(Authority.SIGNATURE);
            signature.initSign(key);
            signature.update(probe);
            byte[] signed = signature.sign();
            signature.initVerify(certificate.getPublicKey());
            signature.update(probe);
            if (!signature.verify(signed)) {
                throw new IllegalArgumentException("the certificate is for another key");
            }
        } catch (GeneralSecurityException e) {
            throw new IllegalArgumentException("key and certificate are not of one kind: " + e.getMessage(), e);
        }
    }

    @Override
    public String toString() {
        return "Identity[" + certificate.getSubjectX500Principal() + "]";
    }
}
