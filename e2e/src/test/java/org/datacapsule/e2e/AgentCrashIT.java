package org.datacapsule.e2e;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import org.datacapsule.agent.step.Step;
import org.datacapsule.common.capsule.OperationKind;
import org.datacapsule.devkit.fleet.CapsuleApi.Started;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** An agent that dies at any step of any operation, and is started again, ends the operation. */
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

    private static final Set<Step> UNDONE = EnumSet.of(Step.LAUNCH_UNDONE, Step.SECURE_UNDONE);

    @RegisterExtension
    static final RunningFleet FLEET = Doomed.fleet();

    private CrashWalk walk;
    private final Doomed<CrashPoint> agent = new Doomed<>(() -> FLEET.get().agent(), AgentCrashIT::start);

    @BeforeAll
    void begin() throws Exception {
        walk = new CrashWalk(FLEET.get());
    }

    record CrashPoint(OperationKind kind, Step step) {
        @Override
        public String toString() {
            return kind.name().toLowerCase(Locale.ROOT).replace('_', '-') + "/" + step.wireName();
        }
    }

    /** In the order of a capsule's life, so that each operation leads to the next. */
    static List<CrashPoint> crashPoints() {
        List<List<CrashPoint>> lives = new ArrayList<>();
        for (OperationKind kind : LIFE) {
            List<Step> steps = Arrays.stream(Step.values())
                    .filter(step -> isOn(kind, step))
                    .toList();
            for (int index = 0; index < steps.size(); index++) {
                if (index == lives.size()) {
                    lives.add(new ArrayList<>());
                }
                lives.get(index).add(new CrashPoint(kind, steps.get(index)));
            }
        }
        return lives.stream().flatMap(List::stream).toList();
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
    @MethodSource("crashPoints")
    void theOperationEndsAsIfNothingHadHappened(CrashPoint point) throws Exception {
        walk.readyFor(point.kind());
        agent.arm(point);

        Started started = walk.ask(point.kind(), "crash " + point);
        agent.dieAndComeBack(walk::assertNoDataUnderAnOpenPolicy, next(point));

        walk.assertEndedAsIfNothingHadHappened(point.kind(), started);
    }

    /** The next point, when the operation at hand does not come by it too. */
    private static Optional<CrashPoint> next(CrashPoint point) {
        List<CrashPoint> points = crashPoints();
        return points.stream().skip(points.indexOf(point) + 1L).findFirst().filter(next -> next.kind() != point.kind());
    }

    private static void start(Optional<CrashPoint> point) throws Exception {
        if (point.isPresent()) {
            FLEET.get().startAgentHaltingAt(point.get().toString());
        } else {
            FLEET.get().startAgent();
        }
    }
}
