package org.datacapsule.agent.report;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import org.datacapsule.agent.TestAgent;
import org.datacapsule.agent.observe.CapsuleObserver;
import org.datacapsule.agent.simulated.SimulatedHypervisor;
import org.datacapsule.agent.step.Step;
import org.datacapsule.common.capsule.CapsuleEvent.Found;
import org.datacapsule.common.error.ErrorCode;
import org.datacapsule.common.error.ProblemException;
import org.datacapsule.common.wire.Capacity;
import org.datacapsule.common.wire.CapsuleObservation;
import org.datacapsule.common.wire.CapsuleSpec;
import org.datacapsule.common.wire.Command;
import org.datacapsule.common.wire.GuestNetwork;
import org.datacapsule.common.wire.Heartbeat;
import org.datacapsule.common.wire.PortRange;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class HeartbeatsTest {
    private final CapsuleSpec spec = TestAgent.spec();

    @TempDir
    private Path directory = Path.of("");

    private TestAgent agent = new TestAgent(directory);

    @BeforeEach
    void start() throws Exception {
        agent = new TestAgent(directory).start();
        agent.done(agent.envelope(1, TestAgent.create(spec)));
    }

    @AfterEach
    void stop() {
        agent.close();
    }

    @Test
    void theReservesAreTakenOff() {
        Heartbeat now = heartbeat();

        assertThat(now.capacity()).isEqualTo(new Capacity(64, 256 * 1024 - 1000, 4096 - 96));
        assertThat(now.acceleration()).isEqualTo("tcg (simulated: no guest really runs)");
        assertThat(now.images()).containsExactly(TestAgent.IMAGE);
    }

    @Test
    void aCapsuleIsSeenAsItIs() throws Exception {
        assertThat(seen()).isEqualTo(new CapsuleObservation(spec.id(), 1, false, Found.STOPPED));

        agent.done(agent.envelope(2, TestAgent.launch(spec)));

        assertThat(seen()).isEqualTo(new CapsuleObservation(spec.id(), 2, false, Found.RUNNING_IN_MAINTENANCE));
        agent.host
                .hypervisor()
                .set(
                        spec.id(),
                        Optional.of(SimulatedHypervisor.guest(
                                1, "secure-research", agent.host.storage().disk(spec.id()))));
        assertThat(seen().found()).isEqualTo(Found.RUNNING_IN_SECURE);
        agent.host.hypervisor().set(spec.id(), Optional.empty());
        assertThat(seen().found()).isEqualTo(Found.STOPPED);
    }

    @Test
    void whatWasRemovedByHandIsSaidToBeNothingAndWhatWasDeletedIsNotSaid() throws Exception {
        agent.done(agent.envelope(2, TestAgent.launch(spec)));
        agent.host.hypervisor().set(spec.id(), Optional.empty());
        agent.host.storage().delete(spec.id());
        assertThat(seen()).isEqualTo(new CapsuleObservation(spec.id(), 2, false, Found.NOTHING));

        agent.done(agent.envelope(3, new Command.Delete(spec)));

        assertThat(heartbeat().capsules()).isEmpty();
    }

    @Test
    void aCapsuleThatIsWorkedOnIsBusy() throws Exception {
        CountDownLatch looked = new CountDownLatch(1);
        CountDownLatch begun = new CountDownLatch(1);
        agent.extra = (step, operation) -> {
            if (step == Step.LAUNCH_SSH_OPENED) {
                begun.countDown();
                awaitQuietly(looked);
            }
        };
        agent.send(agent.envelope(2, TestAgent.launch(spec)));
        begun.await();

        assertThat(seen()).isEqualTo(new CapsuleObservation(spec.id(), 2, true, Found.STOPPED));

        looked.countDown();
    }

    @Test
    void whileTheHypervisorIsAwayNothingIsSaidToBeGone() {
        agent.host.faults().fail("all", new ProblemException(ErrorCode.HOST_HYPERVISOR_UNAVAILABLE, "away"), 1);

        assertThat(seen()).isEqualTo(new CapsuleObservation(spec.id(), 1, true, Found.UNSAID));
    }

    private CapsuleObservation seen() {
        return heartbeat().capsules().getFirst();
    }

    private Heartbeat heartbeat() {
        HostProfile profile = new HostProfile(
                TestAgent.HOST,
                new UUID(0, 1),
                "key",
                "test",
                "127.0.0.1",
                new PortRange(20_000, 5_900, 10),
                GuestNetwork.parse("10.90.0.0/16"),
                1000,
                96);
        CapsuleObserver observer =
                new CapsuleObserver(agent.host.hypervisor(), agent.host.network(), agent.host.storage());
        return new Heartbeats(
                        profile,
                        agent.host.hypervisor().facts(),
                        agent.host.storage(),
                        observer,
                        agent.journal(),
                        () -> 0,
                        Optional::empty,
                        Optional::empty,
                        Optional::empty)
                .now(new UUID(0, 2));
    }

    private static void awaitQuietly(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }
}
