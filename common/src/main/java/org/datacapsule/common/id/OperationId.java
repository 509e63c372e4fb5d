package org.datacapsule.common.id;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import java.util.UUID;

/** The identity of one durable operation; the same at every attempt. */
public record OperationId(@JsonValue UUID value) {

    /** Parses the canonical 36-character form only; {@link UUID#fromString} alone would accept shorter ones. */
    @JsonCreator
    public static OperationId parse(String text) {
        return new OperationId(CanonicalUuid.parse(text));
    }

    public static OperationId random() {
        return new OperationId(UUID.randomUUID());
    }

    @Override
    public String toString() {
        return value.toString();
    }
}
