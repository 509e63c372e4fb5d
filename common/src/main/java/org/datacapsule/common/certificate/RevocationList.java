package org.datacapsule.common.certificate;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.cert.CRLException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509CRL;
import java.security.cert.X509Certificate;
import java.time.Instant;
import org.bouncycastle.asn1.x509.CRLNumber;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.cert.X509CRLHolder;

/**
 * Certificates of an authority that are not good any more though their time has not come, signed by it (a CRL, RFC 5280). There is
 * none whose signature was not checked. Safe for any number of threads.
 */
public final class RevocationList {
    private static final String LABEL = "X509 CRL";

    private final X509CRL list;
    private final long number;

    private RevocationList(X509CRL list, long number) {
        this.list = list;
        this.number = number;
    }

    /**
     * One certificate that is on such a list.
     *
     * @param serial as the authority gave it
     * @param at when it was put there
     */
    public record Revoked(BigInteger serial, Instant at) {}

    /**
     * Reads what {@link #pem} wrote.
     *
     * @param authority whose list it must be
     * @throws IllegalArgumentException when it is none, or not of that authority, or has no number
     */
    public static RevocationList parse(String pem, X509Certificate authority) {
        return parse(pem, 0, authority);
    }

    /** The {@code number}th of the text, from 0. */
    public static RevocationList parse(String pem, int number, X509Certificate authority) {
        try {
            return of(Pem.content(pem, LABEL, number), authority);
        } catch (GeneralSecurityException | IOException e) {
            throw new IllegalArgumentException("it is no list of revoked certificates: " + e.getMessage(), e);
        }
    }

    static RevocationList of(byte[] encoded, X509Certificate authority) throws GeneralSecurityException, IOException {
        X509CRL list = (X509CRL) CertificateFactory.getInstance("X.509").generateCRL(new ByteArrayInputStream(encoded));
        if (!list.getIssuerX500Principal().equals(authority.getSubjectX500Principal())) {
            throw new IllegalArgumentException("the list of revoked certificates is of " + list.getIssuerX500Principal()
                    + ", and not of " + authority.getSubjectX500Principal());
        }
        try {
            list.verify(authority.getPublicKey());
        } catch (GeneralSecurityException e) {
            throw new IllegalArgumentException("the list of revoked certificates is not signed by that authority", e);
        }
        Extension number = new X509CRLHolder(encoded).getExtension(Extension.cRLNumber);
        if (number == null) {
            throw new IllegalArgumentException("the list of revoked certificates has no number");
        }
        return new RevocationList(
                list,
                CRLNumber.getInstance(number.getParsedValue()).getCRLNumber().longValueExact());
    }

    /** Grows with each list of the authority: of two the one with the greater number counts. */
    public long number() {
        return number;
    }

    /** Whether it is on the list; one of another authority is on none of this one's. */
    public boolean revokes(X509Certificate certificate) {
        return list.isRevoked(certificate);
    }

    public String pem() {
        try {
            return Pem.block(LABEL, list.getEncoded());
        } catch (CRLException e) {
            throw new UncheckedIOException(new IOException("a list without an encoding", e));
        }
    }

    /** For who checks chains of certificates. */
    X509CRL crl() {
        return list;
    }
}
