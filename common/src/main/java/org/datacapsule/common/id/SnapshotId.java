package org.datacapsule.common.id;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import java.util.UUID;

/** Identity of a snapshot of a capsule's disk; on its host, the snapshot's name in the disk's file. */
public record SnapshotId(@JsonValue UUID value) {

    /** Parses the canonical 36-character form only; {@link UUID#fromString} alone would accept shorter ones. */
    @JsonCreator
    public static SnapshotId parse(String text) {
        return new SnapshotId(CanonicalUuid.parse(text));
    }

    public static SnapshotId random() {
        return new SnapshotId(UUID.randomUUID());
    }

    @Override
    public String toString() {
        return value.toString();
    }
}
