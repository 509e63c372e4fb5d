package org.datacapsule.router.result;

import java.time.Instant;
import org.datacapsule.common.id.CapsuleId;
import org.datacapsule.common.id.ResultId;
import org.datacapsule.common.id.Sha256;
import org.datacapsule.common.wire.ResultMessage;

/**
 * A result that has not arrived whole.
 *
 * @param received how many bytes of it are there, from the first on
 * @param mismatches how often all were there and the checksum was not right
 */
record Upload(
        ResultId id, CapsuleId capsule, long bytes, Sha256 sha256, Instant askedAt, long received, int mismatches) {

    boolean isOf(ResultMessage.Begin begin) {
        return capsule.equals(begin.capsule()) && bytes == begin.bytes() && sha256.equals(begin.sha256());
    }

    boolean isWhole() {
        return received == bytes;
    }

    /** How many bytes the chunk at {@link #received} has. */
    int nextChunk() {
        return (int) Math.min(ResultMessage.CHUNK, bytes - received);
    }
}
