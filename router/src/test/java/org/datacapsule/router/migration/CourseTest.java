package org.datacapsule.router.migration;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.datacapsule.common.capsule.CapsuleEvent.Found;
import org.datacapsule.common.error.ErrorCode;
import org.datacapsule.common.error.Problem;
import org.datacapsule.common.id.CapsuleId;
import org.datacapsule.common.id.HostId;
import org.datacapsule.common.id.OperationId;
import org.datacapsule.common.wire.Departure;
import org.datacapsule.common.wire.Outcome;
import org.datacapsule.router.host.PortPair;
import org.datacapsule.router.migration.Course.Turn;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CourseTest {

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void allIsWell(boolean live) {
        assertThat(succeeded(live, Phase.RECEIVE, Found.UNSAID)).isEqualTo(new Turn.Proceed(Phase.SEND_AWAY));
        assertThat(succeeded(live, Phase.SEND_AWAY, Found.UNSAID)).isEqualTo(new Turn.Proceed(Phase.TAKE_OVER));
        assertThat(succeeded(live, Phase.TAKE_OVER, Found.UNSAID)).isEqualTo(new Turn.Flip(Found.UNSAID));
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void aTargetThatCannotTakeItLeavesItWhereItWas(boolean live) {
        assertThat(failed(live, Phase.RECEIVE, Found.UNSAID))
                .isEqualTo(new Turn.TakenBack(live ? Found.RUNNING_IN_MAINTENANCE : Found.STOPPED));
    }

    @Test
    void aGuestThatDidNotLeaveIsWhereItWas() {
        assertThat(failed(true, Phase.SEND_AWAY, Found.RUNNING_IN_MAINTENANCE))
                .isEqualTo(new Turn.TakenBack(Found.RUNNING_IN_MAINTENANCE));
    }

    /** Its disk file is what it left behind, or all there is of it: not to be told apart. */
    @Test
    void aGuestThatIsGoneFromItsHostWithoutHavingArrivedIsForAPersonToLookFor() {
        assertThat(failed(true, Phase.SEND_AWAY, Found.STOPPED)).isEqualTo(new Turn.Unknown());
        assertThat(failed(true, Phase.SEND_AWAY, Found.UNSAID)).isEqualTo(new Turn.Unknown());
    }

    @Test
    void aCopyThatDidNotArriveWholeLeavesTheOriginal() {
        assertThat(failed(false, Phase.TAKE_OVER, Found.UNSAID)).isEqualTo(new Turn.TakenBack(Found.STOPPED));
    }

    @Test
    void aGuestThatHasLeftIsNeverLookedForWhereItLeft() {
        assertThat(failed(true, Phase.TAKE_OVER, Found.UNSAID)).isEqualTo(new Turn.FlipToError());
    }

    @Test
    void byHandTheSourceMustNotRunItAndTheTargetMustHaveIt() {
        assertThat(succeeded(true, Phase.LOOK_AT_SOURCE, Found.RUNNING_IN_MAINTENANCE))
                .isEqualTo(new Turn.TakenBack(Found.RUNNING_IN_MAINTENANCE));
        assertThat(succeeded(true, Phase.LOOK_AT_SOURCE, Found.NOTHING))
                .isEqualTo(new Turn.Proceed(Phase.LOOK_AT_TARGET));
        assertThat(succeeded(false, Phase.LOOK_AT_TARGET, Found.NOTHING)).isEqualTo(new Turn.TakenBack(Found.STOPPED));
        assertThat(succeeded(false, Phase.LOOK_AT_TARGET, Found.STOPPED)).isEqualTo(new Turn.Flip(Found.STOPPED));
    }

    /**
     * Whatever each command says, in whatever order: the target is emptied only when the source is known to have the capsule,
     * the source only when the target does; and every way ends.
     */
    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void nothingIsEverRemovedFromTheOnlyHostThatHasIt(boolean live) {
        for (Phase first : List.of(Phase.RECEIVE, Phase.STAY)) {
            Deque<Way> open = new ArrayDeque<>(List.of(new Way(first, false, 0)));
            Set<Way> seen = new HashSet<>();
            while (!open.isEmpty()) {
                Way way = open.pop();
                assertThat(way.length()).isLessThan(Phase.values().length);
                if (seen.add(way)) {
                    turns(live, way).forEach(turn -> {
                        switch (turn) {
                            case Turn.Proceed proceed ->
                                open.push(new Way(
                                        proceed.phase(),
                                        way.hasLeft() || proceed.phase() == Phase.TAKE_OVER,
                                        way.length() + 1));
                            case Turn.TakenBack back ->
                                assertThat(live && way.hasLeft())
                                        .as("taken back at %s", way)
                                        .isFalse();
                            case Turn.Flip flip -> assertThat(way.hasLeft()).isTrue();
                            case Turn.FlipToError flip ->
                                assertThat(way.hasLeft()).isTrue();
                            case Turn.Unknown unknown -> {}
                        }
                    });
                }
            }
        }
    }

    private record Way(Phase phase, boolean hasLeft, int length) {}

    private static Stream<Turn> turns(boolean live, Way way) {
        return Stream.of(Found.values())
                .flatMap(found -> Stream.of(succeeded(live, way.phase(), found), failed(live, way.phase(), found)));
    }

    private static Turn succeeded(boolean live, Phase phase, Found found) {
        return Course.next(migration(live, phase), Outcome.Succeeded.found(found));
    }

    private static Turn failed(boolean live, Phase phase, Found found) {
        return Course.next(
                migration(live, phase),
                new Outcome.Failed(Problem.of(ErrorCode.HOST_HYPERVISOR_FAILED, "test"), false, found));
    }

    private static Migration migration(boolean live, Phase phase) {
        return new Migration(
                OperationId.random(),
                CapsuleId.random(),
                new HostId("h1"),
                new HostId("h2"),
                new PortPair(20_000, 6_000),
                2,
                live,
                0,
                phase,
                1,
                Optional.empty(),
                Optional.of(new Departure(List.of(), Optional.empty())));
    }
}
