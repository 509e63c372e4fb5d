package org.datacapsule.router.capsule;

/** Who may give which command: the one table of it (capsule API, "Roles on a capsule"). */
public enum CapsuleCommand {
    LAUNCH,
    STOP,
    DELETE,
    EXTEND;

    boolean isFor(CapsuleRole role) {
        return switch (this) {
            case LAUNCH, STOP -> role == CapsuleRole.OWNER_CONTROLLER || role == CapsuleRole.CONTROLLER;
            case DELETE, EXTEND -> role == CapsuleRole.OWNER_CONTROLLER || role == CapsuleRole.OWNER;
        };
    }

    String verb() {
        return switch (this) {
            case LAUNCH -> "launch";
            case STOP -> "stop";
            case DELETE -> "delete";
            case EXTEND -> "extend the life of";
        };
    }
}
