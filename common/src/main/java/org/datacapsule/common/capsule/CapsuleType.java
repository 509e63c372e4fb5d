package org.datacapsule.common.capsule;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;

/** What a capsule is for; decides its network policy and what may be asked of it. */
public enum CapsuleType {
    DEMO("DEMO"),
    RESEARCH("RESEARCH"),
    /** Full access to the restricted data: granted by a reviewer, never asked for at birth. */
    RESEARCH_FULL("RESEARCH-FULL");

    private final String wireName;

    CapsuleType(String wireName) {
        this.wireName = wireName;
    }

    /** The name in the seed's API: with a hyphen where Java has none. */
    @JsonValue
    public String wireName() {
        return wireName;
    }

    @JsonCreator
    public static CapsuleType parse(String text) {
        for (CapsuleType type : values()) {
            if (type.wireName.equals(text)) {
                return type;
            }
        }
        throw new IllegalArgumentException("no such capsule type: " + text);
    }
}
