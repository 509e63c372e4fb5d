package org.datacapsule.router.migration;

import org.datacapsule.common.capsule.CapsuleEvent.Found;
import org.datacapsule.common.wire.Departure;
import org.datacapsule.common.wire.Departure.SentGuest;
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
            case RECEIVE -> new Turn.Proceed(Phase.SEND_FILES);
            case SEND_FILES -> new Turn.Proceed(Phase.MAKE_READY);
            case MAKE_READY -> new Turn.Proceed(migration.isLive() ? Phase.SEND_AWAY : Phase.TAKE_OVER);
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
        Found found = outcome.found();
        return switch (migration.phase()) {
            case RECEIVE, MAKE_READY, LOOK_AT_SOURCE, LOOK_AT_TARGET -> new Turn.TakenBack(before(migration));
            case SEND_FILES -> new Turn.TakenBack(found == Found.UNSAID ? before(migration) : found);
            case SEND_AWAY -> isKnown(found) ? new Turn.TakenBack(found) : new Turn.Proceed(Phase.TAKE_OVER);
            case TAKE_OVER -> notTakenOver(migration);
            case STAY -> new Turn.Unknown();
        };
    }

    /**
     * A disk that was copied is where it was too. A guest that was seen to arrive took the newest state of its disk along;
     * one that nobody saw may have ended on its way, and its disk file does not say so.
     */
    private static Turn notTakenOver(Migration migration) {
        if (!migration.isLive()) {
            return new Turn.TakenBack(before(migration));
        }
        boolean wasSeen = migration
                .departure()
                .flatMap(Departure::guest)
                .filter(SentGuest::wasSeen)
                .isPresent();
        return wasSeen ? new Turn.FlipToError() : new Turn.Unknown();
    }

    /** What the source cannot say, because its guest may have left before it could be held back, the target can. */
    private static Turn stays(Migration migration, Found found) {
        if (isKnown(found)) {
            return new Turn.TakenBack(found);
        }
        return migration.isLive() && found == Found.UNSAID ? new Turn.Proceed(Phase.TAKE_OVER) : new Turn.Unknown();
    }

    private static boolean isRunning(Found found) {
        return found == Found.RUNNING_IN_MAINTENANCE || found == Found.RUNNING_IN_SECURE;
    }

    /** A source says that it has a capsule's files without its guest only where that never began to leave. */
    private static boolean isKnown(Found found) {
        return isRunning(found) || found == Found.STOPPED;
    }

    private static Found before(Migration migration) {
        return switch (migration.mode()) {
            case MAINTENANCE -> Found.RUNNING_IN_MAINTENANCE;
            case SECURE -> Found.RUNNING_IN_SECURE;
            case NOT_DEFINED -> Found.STOPPED;
        };
    }
}
