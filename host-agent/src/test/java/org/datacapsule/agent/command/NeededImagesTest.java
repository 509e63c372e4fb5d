package org.datacapsule.agent.command;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.datacapsule.agent.HostParts;
import org.datacapsule.agent.TestAgent;
import org.datacapsule.agent.hypervisor.HostCalls;
import org.datacapsule.agent.hypervisor.ImageSupply;
import org.datacapsule.agent.simulated.SimulatedHost;
import org.datacapsule.common.error.ErrorCode;
import org.datacapsule.common.wire.CapsuleSpec;
import org.datacapsule.common.wire.Command;
import org.datacapsule.common.wire.CommandEnvelope;
import org.datacapsule.common.wire.Outcome;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A create whose image is not on the host yet. */
class NeededImagesTest {
    private static final Duration SOON = Duration.ofSeconds(30);

    private final SimulatedHost host = SimulatedHost.with(Set.of());
    private final Semaphore come = new Semaphore(0);
    private final AtomicInteger held = new AtomicInteger();

    private final ImageSupply supply = image -> {
        held.incrementAndGet();
        return new ImageSupply.Held() {
            @Override
            public boolean isHere() {
                return host.storage().images().contains(image);
            }

            @Override
            public boolean await(Duration atMost) throws InterruptedException {
                if (come.tryAcquire(20, TimeUnit.MILLISECONDS)) {
                    come.release();
                    host.storage().addImage(image);
                }
                return isHere();
            }

            @Override
            public int percent() {
                return 0;
            }

            @Override
            public void close() {
                held.decrementAndGet();
            }
        };
    };

    @TempDir
    private Path folder;

    private TestAgent agent;

    @AfterEach
    void stop() {
        agent.stop();
    }

    @BeforeEach
    void start() {
        agent = new TestAgent(
                        folder,
                        new HostParts(
                                host.hypervisor(),
                                host.network(),
                                host.storage(),
                                host.whereabouts(),
                                Optional.empty(),
                                supply,
                                HostCalls.NONE,
                                () -> {}))
                .start();
    }

    /** More than work at once: those that wait take no place. */
    @Test
    void createsWaitForTheImageAndKeepNobodyElseFromWork() throws Exception {
        List<CommandEnvelope> creates = new CopyOnWriteArrayList<>();
        for (int i = 0; i < 20; i++) {
            creates.add(agent.envelope(1, TestAgent.create(TestAgent.spec())));
            agent.send(creates.getLast());
        }
        await().atMost(SOON).until(() -> held.get() == 20);
        CommandEnvelope other = agent.envelope(1, new Command.Inspect(TestAgent.spec()));
        assertThat(agent.done(other).outcome()).isInstanceOf(Outcome.Succeeded.class);
        assertThat(agent.reports).hasSize(1);

        come.release();

        for (CommandEnvelope create : creates) {
            assertThat(agent.report(create).outcome()).isEqualTo(Outcome.Succeeded.DONE);
        }
        assertThat(host.storage().all()).hasSize(20);
        assertThat(held).hasValue(0);
    }

    @Test
    void aDeletedCapsulesCreateWaitsNoLonger() throws Exception {
        CapsuleSpec spec = TestAgent.spec();
        CommandEnvelope create = agent.envelope(1, TestAgent.create(spec));
        agent.send(create);
        await().atMost(SOON).until(() -> held.get() == 1);

        assertThat(agent.done(agent.envelope(2, new Command.Delete(spec))).outcome())
                .isInstanceOf(Outcome.Succeeded.class);

        assertThat(agent.report(create).outcome())
                .isInstanceOfSatisfying(
                        Outcome.Failed.class,
                        failed -> assertThat(failed.problem().code()).isEqualTo(ErrorCode.OPERATION_CANCELLED));
        assertThat(held).hasValue(0);
        assertThat(host.storage().all()).isEmpty();
    }
}
