package org.datacapsule.common.signing;

import java.security.GeneralSecurityException;
import java.security.PublicKey;
import java.security.Signature;
import java.util.Base64;
import org.datacapsule.common.wire.ReportContract;
import org.datacapsule.common.wire.SignedReport;

/** Tells a router which reports are a host's own. */
public final class ReportVerifier {

    private ReportVerifier() {}

    /** Whether the owner of this key signed the report, for this contract. */
    public static boolean isSignedBy(PublicKey key, ReportContract<?, ?> contract, SignedReport report) {
        try {
            Signature signature = Signature.getInstance(SignedBytes.REPORT_ALGORITHM);
            signature.initVerify(key);
            signature.update(SignedBytes.ofReport(contract, report.host(), report.at(), report.report()));
            return signature.verify(Base64.getDecoder().decode(report.signature()));
        } catch (GeneralSecurityException | IllegalArgumentException e) {
            return false;
        }
    }

    /** What reports name a key by. */
    public static String keyId(PublicKey key) {
        return SignedBytes.keyId(key);
    }
}
