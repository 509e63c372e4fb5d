package org.datacapsule.common.wire;

import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import java.time.Instant;
import java.util.Base64;
import org.datacapsule.common.id.CapsuleId;
import org.datacapsule.common.id.HostId;
import org.datacapsule.common.id.ResultId;
import org.datacapsule.common.id.Sha256;

/**
 * An agent ships a result: {@link Begin}, then a {@link Chunk} from each offset it is asked for, then {@link End}. Any router
 * answers any of them, and each may come again; the answer says where to go on.
 */
@JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "result")
@JsonSubTypes({
    @JsonSubTypes.Type(value = ResultMessage.Begin.class, name = "begin"),
    @JsonSubTypes.Type(value = ResultMessage.Chunk.class, name = "chunk"),
    @JsonSubTypes.Type(value = ResultMessage.End.class, name = "end")
})
public sealed interface ResultMessage {
    /** Bytes of a chunk at most; every chunk but the last has exactly as many. */
    int CHUNK = 256 * 1024;

    ResultId id();

    /**
     * @param generation of the capsule when the guest asked
     * @param bytes of the archive, a tar file
     * @param askedAt when the guest asked
     */
    record Begin(
            ResultId id, CapsuleId capsule, HostId host, long generation, long bytes, Sha256 sha256, Instant askedAt)
            implements ResultMessage {}

    /**
     * @param offset of its first byte in the archive
     * @param base64 its bytes
     */
    record Chunk(ResultId id, long offset, String base64) implements ResultMessage {

        public static Chunk of(ResultId id, long offset, byte[] bytes) {
            return new Chunk(id, offset, Base64.getEncoder().encodeToString(bytes));
        }

        /** @throws IllegalArgumentException when they are no base64 */
        public byte[] bytes() {
            return Base64.getDecoder().decode(base64);
        }

        @Override
        public String toString() {
            return "Chunk[id=" + id + ", offset=" + offset + "]";
        }
    }

    /** Every byte has been sent. */
    record End(ResultId id) implements ResultMessage {}
}
