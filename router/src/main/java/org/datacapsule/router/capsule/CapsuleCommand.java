package org.datacapsule.router.capsule;

/** Who may give which command: the one table of it (capsule API, "Roles on a capsule"). */
public enum CapsuleCommand {
    SHOW("show"),
    LAUNCH("launch"),
    STOP("stop"),
    SWITCH("switch"),
    DELETE("delete"),
    EXTEND("extend the life of"),
    UPDATE("update"),
    SHARE_IMAGE("make an image of"),
    /** Take one, delete one, or revert the disk to one. */
    SNAPSHOT("work on snapshots of"),
    ADD_SHAREES("share"),
    DELETE_SHAREES("remove sharees from"),
    MANAGE_CONTROLLER("pass on control of"),
    ADD_SUPPORT_USER("add the support user to"),
    EXIT("exit from"),
    /** Have one's SSH key in the guest. */
    KEYS("log in to"),
    RESULTS("take results out of");

    private final String verb;

    CapsuleCommand(String verb) {
        this.verb = verb;
    }

    public boolean isFor(CapsuleRole role) {
        return switch (this) {
            case SHOW, KEYS, RESULTS, ADD_SUPPORT_USER -> true;
            case LAUNCH, STOP, SWITCH -> role == CapsuleRole.OWNER_CONTROLLER || role == CapsuleRole.CONTROLLER;
            case DELETE, EXTEND, UPDATE, SHARE_IMAGE, ADD_SHAREES, DELETE_SHAREES -> role.isOwner();
            case MANAGE_CONTROLLER, SNAPSHOT -> role != CapsuleRole.SHAREE;
            case EXIT -> role == CapsuleRole.SHAREE;
        };
    }

    /** Whether one must have accepted the terms, and hold full access where the capsule has it. Anybody may leave. */
    boolean needsAccess() {
        return this != EXIT;
    }

    /** In a sentence: "you may not … this capsule". */
    String verb() {
        return verb;
    }
}
