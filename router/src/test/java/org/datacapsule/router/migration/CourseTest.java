package org.datacapsule.router.migration;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.datacapsule.common.capsule.CapsuleEvent.Found;
import org.datacapsule.common.capsule.CapsuleMode;
import org.datacapsule.common.error.ErrorCode;
import org.datacapsule.common.error.Problem;
import org.datacapsule.common.id.CapsuleId;
import org.datacapsule.common.id.HostId;
import org.datacapsule.common.id.OperationId;
import org.datacapsule.common.wire.Departure;
import org.datacapsule.common.wire.Departure.SentGuest;
import org.datacapsule.common.wire.Outcome;
import org.datacapsule.router.host.PortPair;
import org.datacapsule.router.migration.Course.Turn;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class CourseTest {
    private static final Departure UNSEEN = departure(SentGuest.UNSEEN);
    private static final Departure SEEN = departure(new SentGuest(600, 134));

    private static final Set<CapsuleMode> RUNNING = EnumSet.of(CapsuleMode.MAINTENANCE, CapsuleMode.SECURE);

    @ParameterizedTest
    @EnumSource(CapsuleMode.class)
    void allIsWell(CapsuleMode mode) {
        boolean live = RUNNING.contains(mode);
        assertThat(succeeded(mode, Phase.RECEIVE, Found.UNSAID)).isEqualTo(new Turn.Proceed(Phase.SEND_FILES));
        assertThat(succeeded(mode, Phase.SEND_FILES, Found.UNSAID)).isEqualTo(new Turn.Proceed(Phase.MAKE_READY));
        assertThat(succeeded(mode, Phase.MAKE_READY, Found.UNSAID))
                .isEqualTo(new Turn.Proceed(live ? Phase.SEND_AWAY : Phase.TAKE_OVER));
        assertThat(succeeded(mode, Phase.SEND_AWAY, Found.UNSAID)).isEqualTo(new Turn.Proceed(Phase.TAKE_OVER));
        assertThat(succeeded(mode, Phase.TAKE_OVER, Found.UNSAID)).isEqualTo(new Turn.Flip(Found.UNSAID));
    }

    @ParameterizedTest
    @EnumSource(CapsuleMode.class)
    void beforeAGuestBeginsToLeaveItIsWhereItWas(CapsuleMode mode) {
        for (Phase phase : List.of(Phase.RECEIVE, Phase.SEND_FILES, Phase.MAKE_READY)) {
            assertThat(failed(mode, phase, Found.UNSAID)).isEqualTo(new Turn.TakenBack(before(mode)));
        }
        assertThat(failed(mode, Phase.SEND_FILES, Found.STOPPED)).isEqualTo(new Turn.TakenBack(Found.STOPPED));
    }

    @ParameterizedTest
    @EnumSource(
            value = CapsuleMode.class,
            names = {"MAINTENANCE", "SECURE"})
    void aGuestThatDidNotLeaveIsWhereItWas(CapsuleMode mode) {
        for (Found found : List.of(before(mode), Found.STOPPED)) {
            assertThat(failed(mode, Phase.SEND_AWAY, found)).isEqualTo(new Turn.TakenBack(found));
            assertThat(succeeded(mode, Phase.STAY, found)).isEqualTo(new Turn.TakenBack(found));
        }
    }

    @ParameterizedTest
    @EnumSource(
            value = CapsuleMode.class,
            names = {"MAINTENANCE", "SECURE"})
    void whereTheSourceCannotSayTheTargetIsAsked(CapsuleMode mode) {
        assertThat(failed(mode, Phase.SEND_AWAY, Found.UNSAID)).isEqualTo(new Turn.Proceed(Phase.TAKE_OVER));
        assertThat(succeeded(mode, Phase.STAY, Found.UNSAID)).isEqualTo(new Turn.Proceed(Phase.TAKE_OVER));
    }

    /** Its disk file is what it left behind, or all there is of it: not to be told apart. */
    @Test
    void aGuestThatNoneOfTheTwoHasIsForAPersonToLookFor() {
        assertThat(failed(migration(CapsuleMode.SECURE, Phase.TAKE_OVER, Optional.of(UNSEEN)), Found.UNSAID))
                .isEqualTo(new Turn.Unknown());
        assertThat(failed(migration(CapsuleMode.MAINTENANCE, Phase.TAKE_OVER, Optional.empty()), Found.UNSAID))
                .isEqualTo(new Turn.Unknown());
        assertThat(failed(CapsuleMode.MAINTENANCE, Phase.STAY, Found.UNSAID)).isEqualTo(new Turn.Unknown());
        assertThat(succeeded(CapsuleMode.NOT_DEFINED, Phase.STAY, Found.NOTHING))
                .isEqualTo(new Turn.Unknown());
    }

    @Test
    void aCopyThatDidNotArriveWholeLeavesTheOriginal() {
        assertThat(failed(CapsuleMode.NOT_DEFINED, Phase.TAKE_OVER, Found.UNSAID))
                .isEqualTo(new Turn.TakenBack(Found.STOPPED));
    }

    @Test
    void aGuestThatWasSeenToLeaveIsNeverLookedForWhereItLeft() {
        assertThat(failed(migration(CapsuleMode.MAINTENANCE, Phase.TAKE_OVER, Optional.of(SEEN)), Found.UNSAID))
                .isEqualTo(new Turn.FlipToError());
    }

    @Test
    void byHandTheSourceMustNotRunItAndTheTargetMustHaveIt() {
        assertThat(succeeded(CapsuleMode.MAINTENANCE, Phase.LOOK_AT_SOURCE, Found.RUNNING_IN_MAINTENANCE))
                .isEqualTo(new Turn.TakenBack(Found.RUNNING_IN_MAINTENANCE));
        assertThat(succeeded(CapsuleMode.MAINTENANCE, Phase.LOOK_AT_SOURCE, Found.NOTHING))
                .isEqualTo(new Turn.Proceed(Phase.LOOK_AT_TARGET));
        assertThat(succeeded(CapsuleMode.NOT_DEFINED, Phase.LOOK_AT_TARGET, Found.NOTHING))
                .isEqualTo(new Turn.TakenBack(Found.STOPPED));
        assertThat(succeeded(CapsuleMode.NOT_DEFINED, Phase.LOOK_AT_TARGET, Found.STOPPED))
                .isEqualTo(new Turn.Flip(Found.STOPPED));
    }

    /**
     * Whatever each command says, in whatever order: the target is emptied only when the source is known to have the capsule,
     * the source only when the target does; and every way ends.
     */
    @ParameterizedTest
    @EnumSource(CapsuleMode.class)
    void nothingIsEverRemovedFromTheOnlyHostThatHasIt(CapsuleMode mode) {
        for (Phase first : List.of(Phase.RECEIVE, Phase.STAY)) {
            for (Optional<Departure> departure : departures(mode)) {
                walk(mode, departure, new Way(first, false, 0));
            }
        }
    }

    private static List<Optional<Departure>> departures(CapsuleMode mode) {
        return mode == CapsuleMode.NOT_DEFINED
                ? List.of(Optional.empty())
                : List.of(Optional.empty(), Optional.of(UNSEEN), Optional.of(SEEN));
    }

    /** The guest may have left: the source alone can say that it has not, and only where it says so is it taken back. */
    private static void walk(CapsuleMode mode, Optional<Departure> departure, Way from) {
        Deque<Way> open = new ArrayDeque<>(List.of(from));
        Set<Way> seen = new HashSet<>();
        while (!open.isEmpty()) {
            Way way = open.pop();
            assertThat(way.length()).isLessThan(Phase.values().length);
            if (seen.add(way)) {
                Migration migration = migration(mode, way.phase(), departure);
                boolean mayHaveLeft = way.mayHaveLeft() || isDeparture(mode, way.phase());
                for (Found found : Found.values()) {
                    boolean isSource = way.phase().isAtSource();
                    Set<Found> here = EnumSet.of(Found.STOPPED, Found.RUNNING_IN_MAINTENANCE, Found.RUNNING_IN_SECURE);
                    for (Turn turn :
                            List.of(Course.next(migration, Outcome.Succeeded.found(found)), failed(migration, found))) {
                        switch (turn) {
                            case Turn.Proceed proceed ->
                                open.push(new Way(proceed.phase(), mayHaveLeft, way.length() + 1));
                            case Turn.TakenBack back ->
                                assertThat(!mayHaveLeft || (isSource && here.contains(found)))
                                        .as("taken back at %s, %s", way, found)
                                        .isTrue();
                            case Turn.Flip flip -> assertThat(way.phase()).isEqualTo(Phase.TAKE_OVER);
                            case Turn.FlipToError flip -> {
                                assertThat(way.phase()).isEqualTo(Phase.TAKE_OVER);
                                assertThat(departure).contains(SEEN);
                            }
                            case Turn.Unknown unknown -> {}
                        }
                    }
                }
            }
        }
    }

    private static boolean isDeparture(CapsuleMode mode, Phase phase) {
        return mode != CapsuleMode.NOT_DEFINED && (phase == Phase.SEND_AWAY || phase == Phase.STAY);
    }

    private record Way(Phase phase, boolean mayHaveLeft, int length) {}

    private static Found before(CapsuleMode mode) {
        return switch (mode) {
            case MAINTENANCE -> Found.RUNNING_IN_MAINTENANCE;
            case SECURE -> Found.RUNNING_IN_SECURE;
            case NOT_DEFINED -> Found.STOPPED;
        };
    }

    private static Turn succeeded(CapsuleMode mode, Phase phase, Found found) {
        return Course.next(migration(mode, phase, Optional.empty()), Outcome.Succeeded.found(found));
    }

    private static Turn failed(CapsuleMode mode, Phase phase, Found found) {
        return failed(migration(mode, phase, Optional.empty()), found);
    }

    private static Turn failed(Migration migration, Found found) {
        return Course.next(
                migration, new Outcome.Failed(Problem.of(ErrorCode.HOST_HYPERVISOR_FAILED, "test"), false, found));
    }

    private static Departure departure(SentGuest guest) {
        return new Departure(List.of(), Optional.of(guest));
    }

    private static Migration migration(CapsuleMode mode, Phase phase, Optional<Departure> departure) {
        return new Migration(
                OperationId.random(),
                CapsuleId.random(),
                new HostId("h1"),
                new HostId("h2"),
                new PortPair(20_000, 6_000),
                2,
                mode,
                0,
                phase,
                1,
                Optional.empty(),
                departure);
    }
}
