package org.datacapsule.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.datacapsule.common.capsule.OperationKind;
import org.datacapsule.devkit.fleet.CapsuleApi.Started;
import org.datacapsule.router.fault.RouterStep;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** A router that dies at any step of any operation, and is started again, ends the operation. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class RouterCrashIT {
    @RegisterExtension
    static final RunningFleet FLEET = Doomed.fleet();

    private CrashWalk walk;
    private final Doomed<CrashPoint> router = new Doomed<>(() -> FLEET.get().router(), RouterCrashIT::start);

    @BeforeAll
    void begin() throws Exception {
        walk = new CrashWalk(FLEET.get());
    }

    record CrashPoint(OperationKind kind, RouterStep step) {
        @Override
        public String toString() {
            return step.of(kind);
        }
    }

    /** In the order of a capsule's life, so that each operation leads to the next. */
    static List<CrashPoint> crashPoints() {
        return Arrays.stream(RouterStep.values())
                .flatMap(step -> CrashWalk.LIFE.stream().map(kind -> new CrashPoint(kind, step)))
                .toList();
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("crashPoints")
    void theOperationEndsAsIfNothingHadHappened(CrashPoint point) throws Exception {
        walk.readyFor(point.kind());
        router.arm(point);
        String key = "crash-" + point;

        Optional<Started> answer = askOnce(point.kind(), key);
        router.dieAndComeBack(walk::assertNoDataUnderAnOpenPolicy, next(point));
        Started repeated = walk.ask(point.kind(), key);

        if (point.step() == RouterStep.COMMAND_COMMITTED) {
            assertThat(answer).isEmpty();
        }
        answer.ifPresent(first -> assertThat(repeated).isEqualTo(first));
        walk.assertEndedAsIfNothingHadHappened(point.kind(), repeated);
    }

    /** The next point is of another kind of operation, so the one at hand can end in a router that is to die there. */
    private static Optional<CrashPoint> next(CrashPoint point) {
        List<CrashPoint> points = crashPoints();
        return points.stream().skip(points.indexOf(point) + 1L).findFirst();
    }

    private static void start(Optional<CrashPoint> point) throws Exception {
        if (point.isPresent()) {
            FLEET.get().startRouterHaltingAt(point.get().toString());
        } else {
            FLEET.get().startRouter();
        }
    }

    /** Empty when the router died before it answered. */
    private Optional<Started> askOnce(OperationKind kind, String key) throws InterruptedException {
        try {
            return Optional.of(walk.ask(kind, key));
        } catch (IOException e) {
            return Optional.empty();
        }
    }
}
