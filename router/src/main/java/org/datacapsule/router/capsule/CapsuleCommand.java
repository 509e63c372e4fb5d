package org.datacapsule.router.capsule;

/** Who may give which command: the one table of it (capsule API, "Roles on a capsule"). */
enum CapsuleCommand {
    LAUNCH,
    STOP,
    DELETE;

    boolean isFor(CapsuleRole role) {
        return switch (this) {
            case LAUNCH, STOP -> role == CapsuleRole.OWNER_CONTROLLER || role == CapsuleRole.CONTROLLER;
            case DELETE -> role == CapsuleRole.OWNER_CONTROLLER || role == CapsuleRole.OWNER;
        };
    }

    String verb() {
        return switch (this) {
            case LAUNCH -> "launch";
            case STOP -> "stop";
            case DELETE -> "delete";
        };
    }
}
