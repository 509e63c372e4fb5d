package org.datacapsule.e2e;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.datacapsule.agent.step.Step;
import org.datacapsule.common.capsule.OperationKind;
import org.datacapsule.devkit.fleet.CapsuleApi.Started;
import org.datacapsule.devkit.fleet.Fleet;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** An agent that dies at any step of any operation, of several capsules at once, and is started again, ends the operations. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class AgentCrashIT {
    private static final List<OperationKind> LIFE = List.of(
            OperationKind.CREATE,
            OperationKind.LAUNCH,
            OperationKind.SWITCH_TO_SECURE,
            OperationKind.SWITCH_TO_MAINTENANCE,
            OperationKind.STOP,
            OperationKind.DELETE);
    /**
     * Kinds of which the steps before and after the work itself are walked; they are the same for all, and CrashPointsTest walks
     * all of them on a host in memory.
     */
    private static final Set<OperationKind> WALKED_WHOLLY = EnumSet.of(OperationKind.LAUNCH);

    /** Reached under a lock that two capsules may share, so at it no other capsule is waited for. */
    private static final Step ALONE = Step.COMMAND_JOURNALED;

    private static final Set<Step> UNDONE = EnumSet.of(Step.LAUNCH_UNDONE, Step.SECURE_UNDONE);

    /** Capsules on the host. More at once leave fewer rounds, and then it takes longest until the last is ready for one. */
    private static final int AT_ONCE = 6;

    @RegisterExtension
    static final RunningFleet FLEET = Doomed.fleet();

    private CrashWalks walks;
    private Doomed agent;

    @BeforeAll
    void begin() throws Exception {
        walks = new CrashWalks(FLEET.get(), AT_ONCE);
        agent = new Doomed(FLEET.get(), Fleet::agent, Fleet::startAgent);
    }

    record CrashPoint(OperationKind kind, Step step) {
        @Override
        public String toString() {
            return kind.name().toLowerCase(Locale.ROOT).replace('_', '-') + "/" + step.wireName();
        }
    }

    /** One death of the agent, at a point of each of some capsules. */
    record Round(List<CrashPoint> points) {
        @Override
        public String toString() {
            return points.stream().map(CrashPoint::toString).collect(Collectors.joining(" "));
        }
    }

    /** A walk does one point a round, in the order of its capsule's life, so that each operation leads to the next. */
    static List<Round> rounds() {
        List<List<CrashPoint>> walks = IntStream.range(0, AT_ONCE)
                .mapToObj(walk -> new ArrayList<CrashPoint>())
                .collect(Collectors.toList());
        for (List<CrashPoint> life : lives()) {
            walks.stream()
                    .min(Comparator.comparingInt(List::size))
                    .orElseThrow()
                    .addAll(life);
        }
        walks.sort(Comparator.comparingInt(List<CrashPoint>::size).reversed());
        List<Round> rounds = new ArrayList<>();
        for (int index = 0; index < walks.getFirst().size(); index++) {
            int at = index;
            rounds.add(new Round(walks.stream()
                    .filter(walk -> walk.size() > at)
                    .map(walk -> walk.get(at))
                    .toList()));
        }
        rounds.add(new Round(List.of(new CrashPoint(OperationKind.LAUNCH, ALONE))));
        return rounds;
    }

    /** Each the points of one capsule from its making on. */
    private static List<List<CrashPoint>> lives() {
        List<List<CrashPoint>> lives = new ArrayList<>();
        for (OperationKind kind : LIFE) {
            List<Step> steps = Arrays.stream(Step.values())
                    .filter(step -> isOn(kind, step) && step != ALONE)
                    .toList();
            for (int index = 0; index < steps.size(); index++) {
                if (index == lives.size()) {
                    lives.add(new ArrayList<>());
                }
                lives.get(index).add(new CrashPoint(kind, steps.get(index)));
            }
        }
        return lives;
    }

    /** Whether an operation that goes well comes by the step. */
    private static boolean isOn(OperationKind kind, Step step) {
        String of = step.wireName().substring(0, step.wireName().indexOf('.'));
        boolean isOfAll = List.of("command", "outcome").contains(of);
        return !UNDONE.contains(step) && (isOfAll ? WALKED_WHOLLY.contains(kind) : of.equals(prefix(kind)));
    }

    private static String prefix(OperationKind kind) {
        return kind.name().toLowerCase(Locale.ROOT).replace("switch_to_", "");
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("rounds")
    void theOperationsEndAsIfNothingHadHappened(Round round) throws Exception {
        walks.each(round.points(), (walk, point) -> walk.readyFor(point.kind()));
        agent.arm(round.points());

        List<Started> started = walks.map(round.points(), (walk, point) -> walk.ask(point.kind(), "crash " + point));
        agent.dieAndComeBack(walks::assertNoDataUnderAnOpenPolicy);

        for (int index = 0; index < started.size(); index++) {
            OperationKind kind = round.points().get(index).kind();
            walks.get(index).assertEndedAsIfNothingHadHappened(kind, started.get(index));
        }
        walks.assertNothingElse();
    }
}
