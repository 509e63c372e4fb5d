package org.datacapsule.common.certificate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.cert.CertPathValidator;
import java.security.cert.CertPathValidatorException;
import java.security.cert.CertStore;
import java.security.cert.CertificateFactory;
import java.security.cert.CollectionCertStoreParameters;
import java.security.cert.PKIXParameters;
import java.security.cert.PKIXRevocationChecker;
import java.security.cert.TrustAnchor;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.Date;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AuthorityTest {
    private static final Instant NOW = Instant.parse("2026-01-01T00:00:00Z");
    private final Authority authority = Authority.make("hosts", NOW, Duration.ofDays(100));

    @Test
    void aCertificateSaysWhatTheAuthorityDecidedAndNotWhatTheRequestSays() throws Exception {
        String request = SigningRequest.make(EllipticKeys.make(), "router-1");

        X509Certificate issued = authority.issue(
                "h1",
                List.of("10.0.0.11", "fd00::1", "h1.example.org"),
                SigningRequest.key(request),
                NOW,
                Duration.ofDays(9));

        issued.verify(authority.certificate().getPublicKey());
        assertThat(issued.getSubjectX500Principal().getName()).isEqualTo("CN=h1");
        assertThat(Certificates.isOf(issued, "h1")).isTrue();
        assertThat(Certificates.isOf(issued, "h1.example.org"))
                .as("an address it has")
                .isFalse();
        assertThat(issued.getSubjectAlternativeNames().stream()
                        .map(name -> name.get(1).toString()))
                .containsExactly("10.0.0.11", "fd00:0:0:0:0:0:0:1", "h1.example.org", "h1");
        assertThat(issued.getBasicConstraints()).isNegative();
        assertThat(issued.getExtendedKeyUsage()).containsExactly("1.3.6.1.5.5.7.3.1", "1.3.6.1.5.5.7.3.2");
        assertThat(issued.getNotAfter()).isEqualTo(NOW.plus(Duration.ofDays(9)));
    }

    @Test
    void whoChecksRevocationsRefusesWhatIsOnTheListAndNothingElse() throws Exception {
        X509Certificate gone = certificate("h1");
        X509Certificate good = certificate("h2");
        Instant later = NOW.plus(Duration.ofDays(5));

        RevocationList list =
                authority.revoke(7, List.of(new RevocationList.Revoked(gone.getSerialNumber(), later)), later);

        assertThat(list.number()).isEqualTo(7);
        assertThat(list.revokes(gone)).isTrue();
        assertThat(list.revokes(good)).isFalse();
        assertThatThrownBy(() -> validate(gone, list, later.plusSeconds(1)))
                .isInstanceOf(CertPathValidatorException.class)
                .hasMessageContaining("revoked");
        validate(good, list, later.plusSeconds(1));
        validate(good, authority.revoke(8, List.of(), later), NOW.plus(Duration.ofDays(8)));
    }

    /** As the JDK does it, with nothing but what it was given to look at. */
    private void validate(X509Certificate certificate, RevocationList list, Instant at) throws Exception {
        CertPathValidator validator = CertPathValidator.getInstance("PKIX");
        PKIXRevocationChecker revocations = (PKIXRevocationChecker) validator.getRevocationChecker();
        revocations.setOptions(
                Set.of(PKIXRevocationChecker.Option.PREFER_CRLS, PKIXRevocationChecker.Option.NO_FALLBACK));
        PKIXParameters parameters = new PKIXParameters(Set.of(new TrustAnchor(authority.certificate(), null)));
        parameters.setDate(Date.from(at));
        parameters.addCertPathChecker(revocations);
        parameters.addCertStore(
                CertStore.getInstance("Collection", new CollectionCertStoreParameters(List.of(list.crl()))));
        validator.validate(CertificateFactory.getInstance("X.509").generateCertPath(List.of(certificate)), parameters);
    }

    @Test
    void aListIsTakenOfItsAuthorityAloneAndIsGoodForAsLong() {
        RevocationList list = authority.revoke(1, List.of(), NOW);
        Authority namesake = Authority.make("hosts", NOW, Duration.ofDays(100));
        Authority other = Authority.make("others", NOW, Duration.ofDays(100));

        assertThat(RevocationList.parse(list.pem(), authority.certificate()).number())
                .isEqualTo(1);
        assertThat(list.crl().getThisUpdate()).isBefore(NOW);
        assertThat(list.crl().getNextUpdate()).isEqualTo(authority.certificate().getNotAfter());
        assertThatIllegalArgumentException()
                .isThrownBy(() -> RevocationList.parse(list.pem(), namesake.certificate()))
                .withMessageContaining("not signed by that authority");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> RevocationList.parse(list.pem(), other.certificate()))
                .withMessageContaining("CN=others");
        for (String text : List.of("", "no", "-----BEGIN X509 CRL-----\nAAAA\n-----END X509 CRL-----")) {
            assertThatIllegalArgumentException().isThrownBy(() -> RevocationList.parse(text, authority.certificate()));
        }
    }

    private X509Certificate certificate(String name) {
        return authority.issue(name, List.of(), EllipticKeys.make().getPublic(), NOW, Duration.ofDays(9));
    }

    @Test
    void noCertificateOutlivesTheAuthority() {
        X509Certificate issued =
                authority.issue("h1", List.of(), EllipticKeys.make().getPublic(), NOW, Duration.ofDays(1000));

        assertThat(issued.getNotAfter()).isEqualTo(NOW.plus(Duration.ofDays(100)));
    }

    @Test
    void whoHasNotTheKeyCannotAskForItsCertificate() throws Exception {
        KeyPair own = EllipticKeys.make();
        KeyPair others = new KeyPair(EllipticKeys.make().getPublic(), own.getPrivate());

        assertThatIllegalArgumentException()
                .isThrownBy(() -> SigningRequest.key(SigningRequest.make(others, "h1")))
                .withMessageContaining("not signed with the key");
    }

    @Test
    void aRequestThatIsNoneOrForAnotherKindOfKeyIsRefused() throws Exception {
        KeyPairGenerator other = KeyPairGenerator.getInstance("EC");
        other.initialize(384);

        assertThatIllegalArgumentException()
                .isThrownBy(() -> SigningRequest.key(SigningRequest.make(other.generateKeyPair(), "h1")))
                .withMessageContaining("P-256");
        for (String text :
                List.of("", "no", "-----BEGIN CERTIFICATE REQUEST-----\nAAAA\n-----END CERTIFICATE REQUEST-----")) {
            assertThatIllegalArgumentException().isThrownBy(() -> SigningRequest.key(text));
        }
    }

    @Test
    void itIsReadFromItsFilesAndOnlyWhenTheyBelongTogether(@TempDir Path directory) throws IOException {
        Path key = Files.writeString(directory.resolve("ca.key.pem"), authority.keyPem());
        Path certificate = Files.writeString(directory.resolve("ca.pem"), Certificates.pem(authority.certificate()));

        assertThat(Authority.read(key, certificate).certificate()).isEqualTo(authority.certificate());
        Files.writeString(key, Authority.make("other", NOW, Duration.ofDays(1)).keyPem());
        assertThatThrownBy(() -> Authority.read(key, certificate))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("for another key");
    }

    @Test
    void anIdentityIsOneTextAndIsRefusedWhenItsPartsDoNotBelongTogether() {
        Identity identity = authority.identity("h1", List.of("127.0.0.1"), NOW, Duration.ofDays(1));
        Identity other = Authority.make("hosts", NOW, Duration.ofDays(1))
                .identity("h1", List.of("127.0.0.1"), NOW, Duration.ofDays(1));

        assertThat(Identity.parse(identity.pem())).isEqualTo(identity);
        assertThat(identity.toString()).doesNotContain("PRIVATE");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Identity.parse(other.keyPem() + identity.certificatePem() + identity.authorityPem()))
                .withMessageContaining("another key");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Identity.parse(identity.keyPem() + identity.certificatePem() + other.authorityPem()))
                .withMessageContaining("not of that authority");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Identity.parse(identity.keyPem() + identity.certificatePem()))
                .withMessageContaining("only 1 blocks");
    }

    /** As GnuTLS reads it, and openssl without being asked. */
    @Test
    void aPrivateKeyHasItsPublicHalfInIt() {
        KeyPair keys = EllipticKeys.make();
        byte[] point = Arrays.copyOfRange(keys.getPublic().getEncoded(), 26, 91);

        String encoded = HexFormat.of().formatHex(keys.getPrivate().getEncoded());

        assertThat(encoded).contains(HexFormat.of().formatHex(point));
        assertThat(EllipticKeys.parsePrivate(EllipticKeys.pem(keys.getPrivate())))
                .isEqualTo(keys.getPrivate());
    }
}
