package org.datacapsule.router.migration;

/** Which part of a migration is under way, each a command to one of the two hosts. */
public enum Phase {
    /** The target makes room. */
    RECEIVE(false, 0),
    /** The source sends the files that nobody writes to. */
    SEND_FILES(true, 6),
    /** The target compares them with what was sent, and makes ready for the guest. */
    MAKE_READY(false, 40),
    /** The source sends the guest. */
    SEND_AWAY(true, 45),
    /** The target looks whether all is there, and is the capsule's home from then on. */
    TAKE_OVER(false, 91),
    /** The source says what it has, once nothing leaves it any more. */
    STAY(true, 0),
    /** Of a migration by hand: the source must not run it any more. */
    LOOK_AT_SOURCE(true, 0),
    /** Of a migration by hand: the target must have it. */
    LOOK_AT_TARGET(false, 50);

    private final boolean atSource;
    private final int percent;

    Phase(boolean atSource, int percent) {
        this.atSource = atSource;
        this.percent = percent;
    }

    /** Roughly how far the migration is when it begins, 0 to 100; what agents report of its steps fits in between. */
    int percent() {
        return percent;
    }

    /** Whether its command goes to the host the capsule comes from. */
    public boolean isAtSource() {
        return atSource;
    }
}
