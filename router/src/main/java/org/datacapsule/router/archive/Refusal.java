package org.datacapsule.router.archive;

/** Ends the reading of an archive; never leaves this package. */
final class Refusal extends Exception {
    private static final long serialVersionUID = 1L;

    Refusal(String why) {
        super(why, null, false, false);
    }
}
