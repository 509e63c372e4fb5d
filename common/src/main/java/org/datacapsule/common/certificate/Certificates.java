package org.datacapsule.common.certificate;

import java.io.ByteArrayInputStream;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.util.HexFormat;
import org.bouncycastle.asn1.x500.RDN;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x500.style.BCStyle;
import org.bouncycastle.asn1.x500.style.IETFUtils;

/** X.509 certificates as text. */
public final class Certificates {
    private static final String LABEL = "CERTIFICATE";

    private Certificates() {}

    public static String pem(X509Certificate certificate) {
        try {
            return Pem.block(LABEL, certificate.getEncoded());
        } catch (CertificateException e) {
            throw new IllegalStateException("a certificate without an encoding", e);
        }
    }

    /** @throws IllegalArgumentException when there is none */
    public static X509Certificate parse(String pem) {
        return parse(pem, 0);
    }

    /** The {@code number}th of the text, from 0. */
    static X509Certificate parse(String pem, int number) {
        try {
            byte[] content = Pem.content(pem, LABEL, number);
            return (X509Certificate)
                    CertificateFactory.getInstance("X.509").generateCertificate(new ByteArrayInputStream(content));
        } catch (CertificateException e) {
            throw new IllegalArgumentException("it is no certificate: " + e.getMessage(), e);
        }
    }

    /**
     * Whether it was issued to this host or router, as the authority decided; what else it may be reached by says nothing of that, for an
     * address may be another's by now.
     */
    public static boolean isOf(X509Certificate certificate, String name) {
        return Names.of(name).equals(owner(certificate));
    }

    /**
     * The name of the certificate's owner, as {@link Authority#issue} was told it.
     *
     * @throws IllegalArgumentException when it has none, or anything beside it
     */
    public static String name(X509Certificate certificate) {
        for (RDN part : owner(certificate).getRDNs(BCStyle.CN)) {
            String name = IETFUtils.valueToString(part.getFirst().getValue());
            if (isOf(certificate, name)) {
                return name;
            }
        }
        throw new IllegalArgumentException("a certificate of nobody: " + certificate.getSubjectX500Principal());
    }

    private static X500Name owner(X509Certificate certificate) {
        return X500Name.getInstance(certificate.getSubjectX500Principal().getEncoded());
    }

    /** SHA-256 of the certificate, 64 hex digits: what a person, or a join token, knows an authority by. */
    public static String fingerprint(X509Certificate certificate) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(certificate.getEncoded()));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("this JDK has no SHA-256", e);
        }
    }
}
