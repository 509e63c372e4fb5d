package org.datacapsule.router.capsule;

/** What a user is to a capsule; the wire has a hyphen where Java has none (capsule API, "Roles on a capsule"). */
public enum CapsuleRole {
    OWNER_CONTROLLER("OWNER-CONTROLLER"),
    /** Control is delegated to a CONTROLLER. */
    OWNER("OWNER"),
    CONTROLLER("CONTROLLER"),
    SHAREE("SHAREE");

    private final String wireName;

    CapsuleRole(String wireName) {
        this.wireName = wireName;
    }

    public String wireName() {
        return wireName;
    }

    public boolean isOwner() {
        return this == OWNER_CONTROLLER || this == OWNER;
    }

    /** Whether it is the one who launches, stops and switches. */
    public boolean hasControl() {
        return this == OWNER_CONTROLLER || this == CONTROLLER;
    }

    public static CapsuleRole parse(String text) {
        for (CapsuleRole role : values()) {
            if (role.wireName.equals(text)) {
                return role;
            }
        }
        throw new IllegalArgumentException("no such role: " + text);
    }
}
