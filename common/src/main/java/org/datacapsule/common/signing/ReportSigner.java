package org.datacapsule.common.signing;

import java.security.GeneralSecurityException;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.Signature;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.Base64;
import java.util.concurrent.atomic.AtomicReference;
import org.datacapsule.common.id.HostId;
import org.datacapsule.common.wire.ReportContract;
import org.datacapsule.common.wire.SignedReport;
import org.datacapsule.common.wire.WireJson;

/** Signs what a host reports with the key its certificate is for (ECDSA on P-256 with SHA-256, FIPS 186-4). */
public final class ReportSigner {
    private final HostId host;
    private final PrivateKey key;
    private final String keyId;
    private final InstantSource clock;
    private final AtomicReference<Instant> last = new AtomicReference<>(Instant.EPOCH);

    public ReportSigner(HostId host, PrivateKey key, PublicKey publicKey, InstantSource clock) {
        this.host = host;
        this.key = key;
        this.keyId = SignedBytes.keyId(publicKey);
        this.clock = clock;
    }

    public <Q> SignedReport sign(ReportContract<Q, ?> contract, Q report) {
        Instant at = later();
        String text = WireJson.text(report);
        try {
            Signature signature = Signature.getInstance(SignedBytes.REPORT_ALGORITHM);
            signature.initSign(key);
            signature.update(SignedBytes.ofReport(contract, host, at, text));
            return new SignedReport(host, keyId, at, text, Base64.getEncoder().encodeToString(signature.sign()));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("the host's key does not sign", e);
        }
    }

    /** Now, in the microseconds that a database keeps, and never the same twice. */
    private Instant later() {
        Instant now = clock.instant().truncatedTo(ChronoUnit.MICROS);
        return last.updateAndGet(before -> now.isAfter(before) ? now : before.plus(1, ChronoUnit.MICROS));
    }
}
