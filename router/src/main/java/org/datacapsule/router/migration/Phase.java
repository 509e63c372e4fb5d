package org.datacapsule.router.migration;

/** Which part of a migration is under way, each a command to one of the two hosts. */
public enum Phase {
    /** The target makes room. */
    RECEIVE(false),
    /** The source sends the files that nobody writes to. */
    SEND_FILES(true),
    /** The target compares them with what was sent, and makes ready for the guest. */
    MAKE_READY(false),
    /** The source sends the guest. */
    SEND_AWAY(true),
    /** The target looks whether all is there, and is the capsule's home from then on. */
    TAKE_OVER(false),
    /** The source says what it has, once nothing leaves it any more. */
    STAY(true),
    /** Of a migration by hand: the source must not run it any more. */
    LOOK_AT_SOURCE(true),
    /** Of a migration by hand: the target must have it. */
    LOOK_AT_TARGET(false);

    private final boolean atSource;

    Phase(boolean atSource) {
        this.atSource = atSource;
    }

    /** Whether its command goes to the host the capsule comes from. */
    public boolean isAtSource() {
        return atSource;
    }
}
