package org.datacapsule.common.id;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import java.util.UUID;

/** An image's identity in the catalogue: the {@code imageid} of the seed's API. */
public record ImageId(@JsonValue UUID value) {

    /** Parses the canonical 36-character form only; {@link UUID#fromString} alone would accept shorter ones. */
    @JsonCreator
    public static ImageId parse(String text) {
        return new ImageId(CanonicalUuid.parse(text));
    }

    public static ImageId random() {
        return new ImageId(UUID.randomUUID());
    }

    @Override
    public String toString() {
        return value.toString();
    }
}
