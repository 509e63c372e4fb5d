package org.datacapsule.common.certificate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
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
