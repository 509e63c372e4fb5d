package org.datacapsule.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
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
import org.datacapsule.devkit.fleet.FleetPlan;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** An agent that dies at any step of any operation, and is started again, ends the operation. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class AgentCrashIT {
    private static final int LIKE_KILL_9 = 137;
    private static final Duration DIES_WITHIN = Duration.ofSeconds(30);
    private static final List<OperationKind> LIFE = List.of(
            OperationKind.CREATE,
            OperationKind.LAUNCH,
            OperationKind.SWITCH_TO_SECURE,
            OperationKind.SWITCH_TO_MAINTENANCE,
            OperationKind.STOP,
            OperationKind.DELETE);
    /** Kinds whose steps before and after the work itself are walked; they are the same for all. */
    private static final Set<OperationKind> WALKED_WHOLLY =
            EnumSet.of(OperationKind.CREATE, OperationKind.LAUNCH, OperationKind.STOP, OperationKind.DELETE);

    private static final Set<Step> UNDONE = EnumSet.of(Step.LAUNCH_UNDONE, Step.SECURE_UNDONE);

    @RegisterExtension
    static final RunningFleet FLEET = new RunningFleet(FleetPlan.onLibvirt().withRouter("hosts.lease", "60s"));

    private CrashWalk walk;
    private Optional<CrashPoint> armedFor = Optional.empty();

    @BeforeAll
    void begin() throws Exception {
        walk = new CrashWalk(FLEET.get());
    }

    record CrashPoint(OperationKind kind, Step step) {
        @Override
        public String toString() {
            return kind.name().toLowerCase(Locale.ROOT) + " at " + step.wireName();
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
        if (!armedFor.equals(Optional.of(point))) {
            FLEET.get().agent().kill();
            startArmedFor(Optional.of(point));
        }

        Started started = walk.ask(point.kind(), "crash " + point);
        assertThat(FLEET.get().agent().awaitEnd(DIES_WITHIN)).isEqualTo(LIKE_KILL_9);
        walk.assertNoDataUnderAnOpenPolicy();
        startArmedFor(next(point));

        walk.assertEndedAsIfNothingHadHappened(point.kind(), started);
    }

    /** The next point, when the operation at hand does not come by its step too. */
    private static Optional<CrashPoint> next(CrashPoint point) {
        List<CrashPoint> points = crashPoints();
        return points.stream()
                .skip(points.indexOf(point) + 1L)
                .findFirst()
                .filter(next -> !isOn(point.kind(), next.step()));
    }

    private void startArmedFor(Optional<CrashPoint> point) throws Exception {
        armedFor = point;
        if (point.isPresent()) {
            FLEET.get().startAgentHaltingAt(point.get().step().wireName());
        } else {
            FLEET.get().startAgent();
        }
    }
}
