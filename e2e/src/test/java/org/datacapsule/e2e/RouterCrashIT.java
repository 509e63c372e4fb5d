package org.datacapsule.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.List;
import java.util.Optional;
import org.datacapsule.common.capsule.OperationKind;
import org.datacapsule.devkit.fleet.CapsuleApi.Started;
import org.datacapsule.devkit.fleet.Fleet;
import org.datacapsule.router.fault.RouterStep;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A router that dies at any step, of operations of every kind, and is started again, ends the operations. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class RouterCrashIT {
    @RegisterExtension
    static final RunningFleet FLEET = Doomed.fleet();

    private CrashWalks walks;
    private Doomed router;

    @BeforeAll
    void begin() throws Exception {
        walks = new CrashWalks(FLEET.get(), CrashWalk.LIFE.size());
        router = new Doomed(FLEET.get(), Fleet::router, Fleet::startRouter);
    }

    @ParameterizedTest
    @EnumSource
    void theOperationsEndAsIfNothingHadHappened(RouterStep step) throws Exception {
        List<OperationKind> kinds = kinds(step);
        walks.each(kinds, CrashWalk::readyFor);
        router.arm(kinds.stream().map(step::of).toList());

        List<Optional<Started>> answers =
                walks.map(kinds, (walk, kind) -> askOnce(walk, kind, "crash-" + step.of(kind)));
        router.dieAndComeBack(walks::assertNoDataUnderAnOpenPolicy);

        List<Started> repeated = walks.map(kinds, (walk, kind) -> walk.ask(kind, "crash-" + step.of(kind)));
        for (int index = 0; index < kinds.size(); index++) {
            Started again = repeated.get(index);
            if (step == RouterStep.COMMAND_COMMITTED) {
                assertThat(answers.get(index)).isEmpty();
            }
            answers.get(index).ifPresent(first -> assertThat(again).isEqualTo(first));
            walks.get(index).assertEndedAsIfNothingHadHappened(kinds.get(index), again);
        }
        walks.assertNothingElse();
    }

    /** One for each walk, which does at the next step what comes next in its capsule's life. */
    private static List<OperationKind> kinds(RouterStep step) {
        List<OperationKind> life = CrashWalk.LIFE;
        int shift = List.of(RouterStep.values()).indexOf(step);
        return life.stream()
                .map(kind -> life.get((life.indexOf(kind) + shift) % life.size()))
                .toList();
    }

    /** Empty when the router died before it answered. */
    private static Optional<Started> askOnce(CrashWalk walk, OperationKind kind, String key)
            throws InterruptedException {
        try {
            return Optional.of(walk.ask(kind, key));
        } catch (IOException e) {
            return Optional.empty();
        }
    }
}
