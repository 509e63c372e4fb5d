package org.datacapsule.common.id;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import java.util.UUID;

/** A capsule's identity: the {@code vmid} of the seed's API. */
public record CapsuleId(@JsonValue UUID value) {

    /** Parses the canonical 36-character form only; {@link UUID#fromString} alone would accept shorter ones. */
    @JsonCreator
    public static CapsuleId parse(String text) {
        return new CapsuleId(CanonicalUuid.parse(text));
    }

    public static CapsuleId random() {
        return new CapsuleId(UUID.randomUUID());
    }

    @Override
    public String toString() {
        return value.toString();
    }
}
