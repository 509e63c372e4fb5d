package org.datacapsule.router.audit;

import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.HexFormat;
import java.util.Optional;
import org.datacapsule.common.id.Sha256;

/**
 * The hash that ties an audit row to all rows before it: SHA-256 over the hash before, the position, and each field of the
 * row with its length in front, so that no two different rows are the same bytes.
 */
final class ChainHash {
    /** What the first row is tied to. */
    static final Sha256 GENESIS = digest("datacapsule audit chain 1".getBytes(StandardCharsets.UTF_8));

    private static final int ABSENT = -1;

    private ChainHash() {}

    static Sha256 of(Sha256 previous, long position, AuditEntry entry) {
        return digest(encoded(previous, position, entry));
    }

    private static byte[] encoded(Sha256 previous, long position, AuditEntry entry) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream(256);
        try (DataOutputStream out = new DataOutputStream(bytes)) {
            out.write(HexFormat.of().parseHex(previous.hex()));
            out.writeLong(position);
            out.writeLong(entry.id());
            out.writeLong(ChronoUnit.MICROS.between(Instant.EPOCH, entry.at()));
            field(out, Optional.of(entry.userGuid()));
            field(out, entry.email());
            field(out, Optional.of(entry.clientAddress()));
            field(out, Optional.of(entry.requestId()));
            field(out, Optional.of(entry.action()));
            field(out, entry.capsule().map(Object::toString));
            field(out, entry.operation().map(Object::toString));
            field(out, Optional.of(entry.outcome()));
            field(out, entry.detail());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return bytes.toByteArray();
    }

    private static void field(DataOutputStream out, Optional<String> value) throws IOException {
        if (value.isEmpty()) {
            out.writeInt(ABSENT);
            return;
        }
        byte[] utf8 = value.get().getBytes(StandardCharsets.UTF_8);
        out.writeInt(utf8.length);
        out.write(utf8);
    }

    private static Sha256 digest(byte[] bytes) {
        try {
            return new Sha256(HexFormat.of()
                    .formatHex(MessageDigest.getInstance("SHA-256").digest(bytes)));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("this JDK has no SHA-256", e);
        }
    }
}
