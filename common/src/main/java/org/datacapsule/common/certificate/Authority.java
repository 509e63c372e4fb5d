package org.datacapsule.common.certificate;

import java.io.IOException;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.Date;
import java.util.List;
import java.util.stream.Stream;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.CRLNumber;
import org.bouncycastle.asn1.x509.CRLReason;
import org.bouncycastle.asn1.x509.ExtendedKeyUsage;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.asn1.x509.KeyPurposeId;
import org.bouncycastle.asn1.x509.KeyUsage;
import org.bouncycastle.cert.CertIOException;
import org.bouncycastle.cert.X509v2CRLBuilder;
import org.bouncycastle.cert.X509v3CertificateBuilder;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.cert.jcajce.JcaX509ExtensionUtils;
import org.bouncycastle.cert.jcajce.JcaX509v2CRLBuilder;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;

/** A certificate authority of our own: whoever has one of its certificates belongs to the fleet. */
public final class Authority {
    static final String SIGNATURE = "SHA256withECDSA";
    /** Clocks of hosts may be behind by as much. */
    private static final Duration SKEW = Duration.ofMinutes(5);

    private static final int SERIAL_BITS = 127;

    private final PrivateKey key;
    private final X509Certificate certificate;

    private Authority(PrivateKey key, X509Certificate certificate) {
        this.key = key;
        this.certificate = certificate;
    }

    /** A new one, with a certificate signed by itself. */
    public static Authority make(String name, Instant now, Duration life) {
        KeyPair keys = EllipticKeys.make();
        try {
            X509v3CertificateBuilder builder =
                    builder(keys.getPublic(), Names.of(name), Names.of(name), now, now.plus(life));
            builder.addExtension(Extension.basicConstraints, true, new BasicConstraints(0));
            builder.addExtension(Extension.keyUsage, true, new KeyUsage(KeyUsage.keyCertSign | KeyUsage.cRLSign));
            return new Authority(keys.getPrivate(), signed(builder, keys.getPrivate()));
        } catch (CertIOException e) {
            throw new IllegalStateException("extensions of ours do not encode", e);
        }
    }

    /**
     * Reads what {@link #keyPem} and {@link #certificate} were written to.
     *
     * @throws IOException when a file cannot be read, or they do not belong together
     */
    public static Authority read(Path keyFile, Path certificateFile) throws IOException {
        try {
            PrivateKey key = EllipticKeys.parsePrivate(Files.readString(keyFile, StandardCharsets.US_ASCII));
            X509Certificate certificate =
                    Certificates.parse(Files.readString(certificateFile, StandardCharsets.US_ASCII));
            if (certificate.getBasicConstraints() < 0) {
                throw new IllegalArgumentException("the certificate is not that of an authority");
            }
            Identity.requirePair(key, certificate);
            return new Authority(key, certificate);
        } catch (IllegalArgumentException e) {
            throw new IOException(
                    "the authority in " + keyFile + " and " + certificateFile + " is not usable: " + e.getMessage(), e);
        }
    }

    /**
     * Checks what is to be in a certificate.
     *
     * @throws IllegalArgumentException when it is neither an IP address nor a host's name
     */
    public static String requireAddress(String address) {
        Names.alternative(address);
        return address;
    }

    public String keyPem() {
        return EllipticKeys.pem(key);
    }

    public X509Certificate certificate() {
        return certificate;
    }

    /**
     * A certificate with which this key's owner is both server and client of TLS.
     *
     * @param name of a host or a router
     * @param addresses IP addresses and names by which others reach it; its own name is added
     * @param life ends with the authority's own at the latest
     */
    public X509Certificate issue(String name, List<String> addresses, PublicKey owner, Instant now, Duration life) {
        Instant authorityEnd = certificate.getNotAfter().toInstant();
        Instant end = now.plus(life).isBefore(authorityEnd) ? now.plus(life) : authorityEnd;
        try {
            X509v3CertificateBuilder builder = builder(
                    owner,
                    X500Name.getInstance(certificate.getSubjectX500Principal().getEncoded()),
                    Names.of(name),
                    now,
                    end);
            builder.addExtension(Extension.basicConstraints, true, new BasicConstraints(false));
            builder.addExtension(
                    Extension.keyUsage, true, new KeyUsage(KeyUsage.digitalSignature | KeyUsage.keyEncipherment));
            builder.addExtension(Extension.extendedKeyUsage, false, new ExtendedKeyUsage(new KeyPurposeId[] {
                KeyPurposeId.id_kp_serverAuth, KeyPurposeId.id_kp_clientAuth
            }));
            builder.addExtension(
                    Extension.subjectAlternativeName,
                    false,
                    new GeneralNames(Stream.concat(addresses.stream(), Stream.of(name))
                            .distinct()
                            .map(Names::alternative)
                            .toArray(GeneralName[]::new)));
            builder.addExtension(
                    Extension.authorityKeyIdentifier,
                    false,
                    new JcaX509ExtensionUtils().createAuthorityKeyIdentifier(certificate.getPublicKey()));
            return signed(builder, key);
        } catch (CertIOException | GeneralSecurityException e) {
            throw new IllegalStateException("extensions of ours do not encode", e);
        }
    }

    /** Keys and a certificate of this authority for a process of ours, which never leave its memory. */
    public Identity identity(String name, List<String> addresses, Instant now, Duration life) {
        KeyPair keys = EllipticKeys.make();
        return new Identity(keys.getPrivate(), issue(name, addresses, keys.getPublic(), now, life), certificate);
    }

    /**
     * A list of those of its certificates that are not good any more. It is good for as long as the authority is: who has it and hears
     * of no newer one goes on by it.
     *
     * @param number greater than that of any list before
     */
    public RevocationList revoke(long number, List<RevocationList.Revoked> revoked, Instant now) {
        X509v2CRLBuilder builder =
                new JcaX509v2CRLBuilder(certificate.getSubjectX500Principal(), Date.from(now.minus(SKEW)));
        builder.setNextUpdate(certificate.getNotAfter());
        for (RevocationList.Revoked one : revoked) {
            builder.addCRLEntry(one.serial(), Date.from(one.at()), CRLReason.cessationOfOperation);
        }
        try {
            builder.addExtension(Extension.cRLNumber, false, new CRLNumber(BigInteger.valueOf(number)));
            builder.addExtension(
                    Extension.authorityKeyIdentifier,
                    false,
                    new JcaX509ExtensionUtils().createAuthorityKeyIdentifier(certificate.getPublicKey()));
            return RevocationList.of(
                    builder.build(new JcaContentSignerBuilder(SIGNATURE).build(key))
                            .getEncoded(),
                    certificate);
        } catch (IOException | GeneralSecurityException | OperatorCreationException e) {
            throw new IllegalStateException("the authority's key does not sign", e);
        }
    }

    private static X509v3CertificateBuilder builder(
            PublicKey owner, X500Name issuer, X500Name subject, Instant now, Instant end) throws CertIOException {
        X509v3CertificateBuilder builder = new JcaX509v3CertificateBuilder(
                issuer,
                new BigInteger(SERIAL_BITS, new SecureRandom()),
                Date.from(now.minus(SKEW)),
                Date.from(end),
                subject,
                owner);
        try {
            builder.addExtension(
                    Extension.subjectKeyIdentifier,
                    false,
                    new JcaX509ExtensionUtils().createSubjectKeyIdentifier(owner));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("this JDK has no SHA-1", e);
        }
        return builder;
    }

    private static X509Certificate signed(X509v3CertificateBuilder builder, PrivateKey key) {
        try {
            return new JcaX509CertificateConverter()
                    .getCertificate(builder.build(new JcaContentSignerBuilder(SIGNATURE).build(key)));
        } catch (OperatorCreationException | GeneralSecurityException e) {
            throw new IllegalStateException("the authority's key does not sign", e);
        }
    }
}
