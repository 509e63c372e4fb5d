package org.datacapsule.common.id;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import java.util.UUID;

/** The identity of one result that a capsule asks to have released; its host's agent makes it. */
public record ResultId(@JsonValue UUID value) {

    /** Parses the canonical 36-character form only. */
    @JsonCreator
    public static ResultId parse(String text) {
        return new ResultId(CanonicalUuid.parse(text));
    }

    public static ResultId random() {
        return new ResultId(UUID.randomUUID());
    }

    @Override
    public String toString() {
        return value.toString();
    }
}
