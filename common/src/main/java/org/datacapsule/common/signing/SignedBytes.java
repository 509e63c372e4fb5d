package org.datacapsule.common.signing;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.PublicKey;
import java.time.Instant;
import java.util.HexFormat;
import org.datacapsule.common.id.HostId;
import org.datacapsule.common.wire.ReportContract;

final class SignedBytes {
    static final String ALGORITHM = "Ed25519";

    /** Signed before the message, so that a signature made for anything else can never pass for a command. */
    static final byte[] PURPOSE = "datacapsule command v1\0".getBytes(StandardCharsets.US_ASCII);

    /** The same for a mode receipt. */
    static final byte[] RECEIPT_PURPOSE = "datacapsule mode receipt v1\0".getBytes(StandardCharsets.US_ASCII);

    /** The same for what a host reports. */
    static final byte[] REPORT_PURPOSE = "datacapsule host report v1\0".getBytes(StandardCharsets.US_ASCII);

    static final String REPORT_ALGORITHM = "SHA256withECDSA";

    private static final int KEY_ID_BYTES = 8;

    private SignedBytes() {}

    /** What is signed of a report; each part but the last ends with a zero, which none of them has in it. */
    static byte[] ofReport(ReportContract<?, ?> contract, HostId host, Instant at, String report) {
        byte[] context =
                (contract.signed().address("") + '\0' + host + '\0' + at + '\0').getBytes(StandardCharsets.UTF_8);
        byte[] body = report.getBytes(StandardCharsets.UTF_8);
        return ByteBuffer.allocate(REPORT_PURPOSE.length + context.length + body.length)
                .put(REPORT_PURPOSE)
                .put(context)
                .put(body)
                .array();
    }

    static String keyId(PublicKey key) {
        try {
            byte[] digest = MessageDigest.getInstance("SHA-256").digest(key.getEncoded());
            return HexFormat.of().formatHex(digest, 0, KEY_ID_BYTES);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("this JDK has no SHA-256", e);
        }
    }
}
