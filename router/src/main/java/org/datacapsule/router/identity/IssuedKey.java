package org.datacapsule.router.identity;

import java.security.PublicKey;
import java.security.cert.X509Certificate;
import java.time.Instant;
import org.datacapsule.common.certificate.EllipticKeys;
import org.datacapsule.common.signing.ReportVerifier;

/**
 * A key of a host that has a certificate of ours.
 *
 * @param endsAt the certificate's last moment
 */
record IssuedKey(PublicKey key, Instant endsAt) {

    static IssuedKey of(X509Certificate certificate) {
        return new IssuedKey(
                certificate.getPublicKey(), certificate.getNotAfter().toInstant());
    }

    String id() {
        return ReportVerifier.keyId(key);
    }

    String text() {
        return EllipticKeys.text(key);
    }
}
