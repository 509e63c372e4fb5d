package org.datacapsule.common.certificate;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.interfaces.ECPublicKey;
import java.security.spec.ECGenParameterSpec;
import java.security.spec.PKCS8EncodedKeySpec;
import java.security.spec.X509EncodedKeySpec;
import java.util.Base64;
import org.bouncycastle.asn1.ASN1Encoding;
import org.bouncycastle.asn1.DERBitString;
import org.bouncycastle.asn1.pkcs.PrivateKeyInfo;
import org.bouncycastle.asn1.sec.ECPrivateKey;
import org.bouncycastle.asn1.sec.SECObjectIdentifiers;
import org.bouncycastle.asn1.x509.AlgorithmIdentifier;
import org.bouncycastle.asn1.x509.SubjectPublicKeyInfo;
import org.bouncycastle.asn1.x9.X9ObjectIdentifiers;

/**
 * Keys on the curve P-256 (FIPS 186-4). All that read our certificates take them: the JDK, GnuTLS in QEMU and libvirt, and
 * Vert.x, which takes no Ed25519 key from PEM.
 */
public final class EllipticKeys {
    private static final String CURVE = "secp256r1";
    private static final int BITS = 256;

    private EllipticKeys() {}

    public static KeyPair make() {
        try {
            KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
            generator.initialize(new ECGenParameterSpec(CURVE));
            KeyPair made = generator.generateKeyPair();
            return new KeyPair(made.getPublic(), whole(made));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every JDK has P-256", e);
        }
    }

    /**
     * The private key with its public half in its encoding (RFC 5915): a JDK leaves that out, and GnuTLS, by which libvirt and
     * QEMU read keys, insists on it.
     */
    private static PrivateKey whole(KeyPair keys) throws GeneralSecurityException {
        byte[] point = SubjectPublicKeyInfo.getInstance(keys.getPublic().getEncoded())
                .getPublicKeyData()
                .getBytes();
        BigInteger secret = ((java.security.interfaces.ECPrivateKey) keys.getPrivate()).getS();
        try {
            byte[] encoded = new PrivateKeyInfo(
                            new AlgorithmIdentifier(X9ObjectIdentifiers.id_ecPublicKey, SECObjectIdentifiers.secp256r1),
                            new ECPrivateKey(BITS, secret, new DERBitString(point), null))
                    .getEncoded(ASN1Encoding.DER);
            return KeyFactory.getInstance("EC").generatePrivate(new PKCS8EncodedKeySpec(encoded));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** A private key as PEM, PKCS#8. */
    public static String pem(PrivateKey key) {
        return Pem.block("PRIVATE KEY", key.getEncoded());
    }

    /** The public key as the database has it: base64 of its X.509 form. */
    public static String text(PublicKey key) {
        return Base64.getEncoder().encodeToString(key.getEncoded());
    }

    /** @throws IllegalArgumentException when it is no such text */
    public static PublicKey parsePublic(String text) {
        try {
            return requireP256(KeyFactory.getInstance("EC")
                    .generatePublic(new X509EncodedKeySpec(Base64.getDecoder().decode(text))));
        } catch (GeneralSecurityException e) {
            throw new IllegalArgumentException("it is no public key on P-256: " + e.getMessage(), e);
        }
    }

    /** @throws IllegalArgumentException when the PEM text has none, or one of another kind */
    public static PrivateKey parsePrivate(String pem) {
        try {
            return KeyFactory.getInstance("EC")
                    .generatePrivate(new PKCS8EncodedKeySpec(Pem.content(pem, "PRIVATE KEY", 0)));
        } catch (GeneralSecurityException e) {
            throw new IllegalArgumentException("it has no elliptic private key in PKCS#8: " + e.getMessage(), e);
        }
    }

    /** @throws IllegalArgumentException when it is of another kind or curve */
    static PublicKey requireP256(PublicKey key) {
        if (key instanceof ECPublicKey elliptic
                && elliptic.getParams().getCurve().getField().getFieldSize() == BITS) {
            return key;
        }
        throw new IllegalArgumentException("its key is not on the curve P-256");
    }
}
