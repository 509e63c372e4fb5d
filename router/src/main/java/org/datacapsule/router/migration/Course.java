package org.datacapsule.router.migration;

import org.datacapsule.common.capsule.CapsuleEvent.Found;
import org.datacapsule.common.wire.Outcome;

/**
 * What a migration does next. Pure. Whatever happens, the capsule has one home, and nothing is removed from a host before
 * another is known to have it: up to the flip that is the source, after it the target.
 */
final class Course {

    private Course() {}

    /** What comes after an outcome. */
    sealed interface Turn {
        /** The next command. */
        record Proceed(Phase phase) implements Turn {}

        /**
         * The capsule lives on the target from now on, and what the source has is removed.
         *
         * @param found what it is there; UNSAID for what it was before
         */
        record Flip(Found found) implements Turn {}

        /** It lives on the target, and a person should look at it. */
        record FlipToError() implements Turn {}

        /** It lives on the source as this says, and what the target has is removed. */
        record TakenBack(Found found) implements Turn {}

        /** Nobody knows where it is; a person has to look, and nothing is removed. */
        record Unknown() implements Turn {}
    }

    static Turn next(Migration migration, Outcome.Succeeded outcome) {
        return switch (migration.phase()) {
            case RECEIVE -> new Turn.Proceed(Phase.SEND_AWAY);
            case SEND_AWAY -> new Turn.Proceed(Phase.TAKE_OVER);
            case TAKE_OVER -> new Turn.Flip(Found.UNSAID);
            case STAY -> stays(migration, outcome.found());
            case LOOK_AT_SOURCE ->
                isRunning(outcome.found())
                        ? new Turn.TakenBack(outcome.found())
                        : new Turn.Proceed(Phase.LOOK_AT_TARGET);
            case LOOK_AT_TARGET ->
                outcome.found() == Found.NOTHING
                        ? new Turn.TakenBack(before(migration))
                        : new Turn.Flip(outcome.found());
        };
    }

    /** After the last try. */
    static Turn next(Migration migration, Outcome.Failed outcome) {
        return switch (migration.phase()) {
            case RECEIVE, LOOK_AT_SOURCE, LOOK_AT_TARGET -> new Turn.TakenBack(before(migration));
            case SEND_AWAY ->
                isHere(migration, outcome.found()) ? new Turn.TakenBack(outcome.found()) : new Turn.Unknown();
            // A guest that has left took the newest state of its disk along; a disk that was copied is where it was
            // too.
            case TAKE_OVER -> migration.live() ? new Turn.FlipToError() : new Turn.TakenBack(before(migration));
            case STAY -> new Turn.Unknown();
        };
    }

    private static Turn stays(Migration migration, Found found) {
        if (isHere(migration, found)) {
            return new Turn.TakenBack(found);
        }
        // It had left before it could be held back, or it ended on its way; the target can tell.
        return migration.live() && migration.departure().isPresent()
                ? new Turn.Proceed(Phase.TAKE_OVER)
                : new Turn.Unknown();
    }

    private static boolean isRunning(Found found) {
        return found == Found.RUNNING_IN_MAINTENANCE || found == Found.RUNNING_IN_SECURE;
    }

    /** Files without the guest that was running are what a guest leaves that goes, and what one leaves that ends. */
    private static boolean isHere(Migration migration, Found found) {
        return isRunning(found) || (!migration.live() && found == Found.STOPPED);
    }

    private static Found before(Migration migration) {
        return migration.live() ? Found.RUNNING_IN_MAINTENANCE : Found.STOPPED;
    }
}
