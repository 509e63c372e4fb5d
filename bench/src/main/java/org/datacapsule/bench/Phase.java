package org.datacapsule.bench;

/** What is timed of a guest's life. */
enum Phase {
    CREATE_ANSWERED("create: answered"),
    CREATED("create: made"),
    LAUNCH_ANSWERED("launch: answered"),
    RUNNING("launch: domain running"),
    OUR_SHARE("launch: of it our own"),
    SSH_BANNER("launch: SSH banner"),
    STOPPED("stop"),
    DELETED("delete");

    private final String title;

    Phase(String title) {
        this.title = title;
    }

    String title() {
        return title;
    }
}
