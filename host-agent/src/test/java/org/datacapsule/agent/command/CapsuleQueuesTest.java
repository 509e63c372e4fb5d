package org.datacapsule.agent.command;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.datacapsule.agent.TestAgent;
import org.datacapsule.agent.step.Step;
import org.datacapsule.common.error.ErrorCode;
import org.datacapsule.common.id.CapsuleId;
import org.datacapsule.common.wire.CapsuleSpec;
import org.datacapsule.common.wire.Command;
import org.datacapsule.common.wire.CommandEnvelope;
import org.datacapsule.common.wire.CommandReply;
import org.datacapsule.common.wire.Outcome;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CapsuleQueuesTest {
    @TempDir
    private Path directory = Path.of("");

    private TestAgent agent = new TestAgent(directory);

    @BeforeEach
    void start() {
        agent = new TestAgent(directory).start();
        agent.host.faults().record();
    }

    @AfterEach
    void stop() {
        agent.close();
    }

    @RepeatedTest(20)
    void theSameCommandSentManyTimesAtOnceIsDoneOnce() throws Exception {
        CapsuleSpec spec = TestAgent.spec();
        agent.done(agent.envelope(1, TestAgent.create(spec)));
        CommandEnvelope launch = agent.envelope(2, TestAgent.launch(spec));

        List<CommandReply> replies = atOnce(8, launch);

        agent.report(launch);
        assertThat(replies).noneMatch(CommandReply.Refused.class::isInstance);
        assertThat(agent.host.faults().calls().stream().filter(("start " + spec.id())::equals))
                .hasSize(1);
        assertThat(agent.stepsReached.stream().filter(Step.COMMAND_BEGUN::equals))
                .hasSize(2);
    }

    @Test
    void aDeleteOvertakesALaunchAtEveryStepOfIt() throws Exception {
        for (Step step : Step.values()) {
            if (step.name().startsWith("LAUNCH") && step != Step.LAUNCH_UNDONE) {
                aDeleteOvertakesALaunch(step);
            }
        }
    }

    private void aDeleteOvertakesALaunch(Step at) throws Exception {
        CapsuleSpec spec = TestAgent.spec();
        agent.done(agent.envelope(1, TestAgent.create(spec)));
        CommandEnvelope launch = agent.envelope(2, TestAgent.launch(spec));
        CommandEnvelope delete = agent.envelope(3, new Command.Delete(spec));
        agent.extra = (step, operation) -> {
            if (step == at && operation.capsule().equals(spec.id())) {
                agent.send(delete);
            }
        };

        Outcome launched = agent.done(launch).outcome();

        assertThat(launched).as("cancelled at %s", at).isInstanceOfSatisfying(Outcome.Failed.class, failed -> {
            assertThat(failed.problem().code()).isEqualTo(ErrorCode.OPERATION_CANCELLED);
            assertThat(failed.retryable()).isFalse();
        });
        assertThat(agent.report(delete).outcome()).isEqualTo(Outcome.Succeeded.DONE);
        assertThat(agent.host.hypervisor().all()).isEmpty();
        assertThat(agent.host.network().open()).isEmpty();
        assertThat(agent.host.network().leases()).isEmpty();
        assertThat(agent.host.storage().all()).isEmpty();
    }

    @RepeatedTest(20)
    void aDeleteSentAtAnyMomentLeavesNothing() throws Exception {
        CapsuleSpec spec = TestAgent.spec();
        CommandEnvelope create = agent.envelope(1, TestAgent.create(spec));
        CommandEnvelope launch = agent.envelope(2, TestAgent.launch(spec));
        CommandEnvelope delete = agent.envelope(3, new Command.Delete(spec));
        agent.send(create);
        agent.send(launch);

        agent.send(delete);

        assertThat(agent.report(delete).outcome()).isEqualTo(Outcome.Succeeded.DONE);
        agent.report(create);
        agent.report(launch);
        assertThat(agent.host.hypervisor().all()).isEmpty();
        assertThat(agent.host.network().open()).isEmpty();
        assertThat(agent.host.storage().all()).isEmpty();
    }

    @Test
    void aDeleteDoesNotWaitForAGuestToPowerOff() throws Exception {
        CapsuleSpec spec = TestAgent.spec();
        agent.done(agent.envelope(1, TestAgent.create(spec)));
        agent.done(agent.envelope(2, TestAgent.launch(spec)));
        agent.host.hypervisor().ignorePowerButton(10);
        CommandEnvelope stop = agent.envelope(3, new Command.Stop(spec, 30));
        agent.send(stop);
        long began = System.nanoTime();

        agent.done(agent.envelope(4, new Command.Delete(spec)));

        assertThat(TimeUnit.NANOSECONDS.toSeconds(System.nanoTime() - began)).isLessThan(10);
        assertThat(agent.report(stop).outcome()).isInstanceOf(Outcome.Failed.class);
    }

    @Test
    void oneCapsuleHasOneOperationAtATimeAndManyCapsulesGoSideBySide() throws Exception {
        Map<CapsuleId, AtomicInteger> atWork = new ConcurrentHashMap<>();
        AtomicInteger most = new AtomicInteger();
        AtomicInteger together = new AtomicInteger();
        AtomicInteger mostTogether = new AtomicInteger();
        agent.extra = (step, operation) -> {
            AtomicInteger mine = atWork.computeIfAbsent(operation.capsule(), id -> new AtomicInteger());
            switch (step) {
                case COMMAND_BEGUN -> {
                    most.accumulateAndGet(mine.incrementAndGet(), Math::max);
                    mostTogether.accumulateAndGet(together.incrementAndGet(), Math::max);
                    pause();
                }
                case OUTCOME_DECIDED -> {
                    mine.updateAndGet(count -> Math.max(0, count - 1));
                    together.decrementAndGet();
                }
                default -> {}
            }
        };
        List<CommandEnvelope> last = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
            CapsuleSpec spec = TestAgent.spec();
            agent.send(agent.envelope(1, TestAgent.create(spec)));
            CommandEnvelope inspect = agent.envelope(2, new Command.Inspect(spec));
            agent.send(inspect);
            last.add(inspect);
        }

        for (CommandEnvelope inspect : last) {
            agent.report(inspect);
        }

        assertThat(most).hasValue(1);
        assertThat(mostTogether.get()).isBetween(2, 8);
    }

    private List<CommandReply> atOnce(int times, CommandEnvelope envelope) throws Exception {
        CountDownLatch gate = new CountDownLatch(1);
        List<Future<CommandReply>> futures = new ArrayList<>();
        List<CommandReply> replies = new ArrayList<>();
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            for (int i = 0; i < times; i++) {
                futures.add(threads.submit(() -> {
                    gate.await();
                    return agent.send(envelope);
                }));
            }
            gate.countDown();
            for (Future<CommandReply> future : futures) {
                replies.add(future.get());
            }
        }
        return replies;
    }

    private static void pause() {
        try {
            Thread.sleep(5);
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }
}
