package org.datacapsule.agent.observe;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import org.datacapsule.agent.TestAgent;
import org.datacapsule.agent.simulated.SimulatedHypervisor;
import org.datacapsule.agent.step.Step;
import org.datacapsule.common.capsule.CapsuleType;
import org.datacapsule.common.error.ErrorCode;
import org.datacapsule.common.error.ProblemException;
import org.datacapsule.common.id.CapsuleId;
import org.datacapsule.common.wire.CapsuleSpec;
import org.datacapsule.common.wire.GuestNetwork;
import org.datacapsule.common.wire.Leftover;
import org.datacapsule.common.wire.Leftover.Kind;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LeftoversTest {
    private static final Leftover FILTER = new Leftover(Kind.FILTER, "datacapsule-old");

    private final CapsuleSpec spec = TestAgent.spec();
    private final CapsuleSpec gone = new CapsuleSpec(
            CapsuleId.random(),
            CapsuleType.RESEARCH,
            1,
            256,
            1,
            GuestNetwork.parse("10.90.0.0/16").address(7),
            20_007,
            5_907);
    private final Leftover itsWay = Leftover.wayIn(20_007, gone.guest().ipv4());
    private final Leftover itsAddress = new Leftover(Kind.ADDRESS, gone.guest().ipv4());

    @TempDir
    private Path directory = Path.of("");

    private TestAgent agent = new TestAgent(directory);

    @BeforeEach
    void start() throws Exception {
        agent = new TestAgent(directory).start();
        agent.done(agent.envelope(1, TestAgent.create(spec)));
        agent.done(agent.envelope(2, TestAgent.launch(spec)));
    }

    @AfterEach
    void stop() {
        agent.close();
    }

    @Test
    void whatACapsuleHasIsNeitherSaidNorRemoved() {
        assertThat(leftovers().known()).contains(List.of());

        leftovers().sweep(agent.host.network().removable());

        assertThat(agent.host.network().leases()).containsExactly(spec.id());
        assertThat(agent.host.network().open()).containsExactly(spec.id());
    }

    @Test
    void whatNoCapsuleHasIsSaidAndRemovedOnARoutersWord() {
        agent.host.network().reserveLease(gone);
        agent.host.network().openSsh(gone);
        agent.host.network().filter(FILTER.what());
        Leftovers leftovers = leftovers();
        assertThat(leftovers.known().orElseThrow()).containsExactlyInAnyOrder(itsWay, itsAddress, FILTER);

        leftovers.sweep(List.of(itsWay, FILTER));

        assertThat(leftovers.known()).contains(List.of(itsAddress));
        assertThat(agent.host.network().leases()).containsExactlyInAnyOrder(spec.id(), gone.id());
        assertThat(agent.host.network().open()).containsExactly(spec.id());
    }

    @Test
    void aFilterUnderWhichAGuestRunsIsNone() {
        agent.host.network().filter(FILTER.what());
        agent.host
                .hypervisor()
                .set(
                        spec.id(),
                        Optional.of(SimulatedHypervisor.guest(
                                1, FILTER.what(), agent.host.storage().disk(spec.id()))));

        assertThat(leftovers().known()).contains(List.of());
    }

    @Test
    void whatACommandUnderWayIsGoingToNeedIsNone() throws Exception {
        CountDownLatch looked = new CountDownLatch(1);
        CountDownLatch begun = new CountDownLatch(1);
        agent.extra = (step, operation) -> {
            if (step == Step.COMMAND_BEGUN && operation.capsule().equals(gone.id())) {
                agent.host.network().reserveLease(gone);
                begun.countDown();
                awaitQuietly(looked);
            }
        };
        agent.send(agent.envelope(1, TestAgent.create(gone)));
        begun.await();

        assertThat(leftovers().known()).contains(List.of());

        looked.countDown();
    }

    @Test
    void whileTheHypervisorIsAwayNobodyCanSay() {
        agent.host.faults().fail("all", new ProblemException(ErrorCode.HOST_HYPERVISOR_UNAVAILABLE, "away"), 1);

        assertThat(leftovers().known()).isEmpty();
    }

    private Leftovers leftovers() {
        return new Leftovers(agent.host.hypervisor(), agent.host.network(), agent.host.storage(), agent.journal());
    }

    private static void awaitQuietly(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }
}
