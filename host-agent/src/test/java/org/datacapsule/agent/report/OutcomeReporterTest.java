package org.datacapsule.agent.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import org.datacapsule.agent.TestAgent;
import org.datacapsule.agent.journal.JournalEntry;
import org.datacapsule.agent.step.Step;
import org.datacapsule.common.wire.CapsuleSpec;
import org.datacapsule.common.wire.CommandEnvelope;
import org.datacapsule.common.wire.CommandReply;
import org.datacapsule.common.wire.Outcome;
import org.datacapsule.common.wire.OutcomeReport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class OutcomeReporterTest {
    private final CapsuleSpec spec = TestAgent.spec();

    @TempDir
    private Path directory = Path.of("");

    @Test
    void anOutcomeWaitsForARouterAndForTheNextStart() throws Exception {
        try (TestAgent agent = new TestAgent(directory).start()) {
            agent.routersAreAway = true;
            CommandEnvelope create = agent.envelope(1, TestAgent.create(spec));
            agent.send(create);
            await().until(() -> agent.journal()
                    .find(create.operation())
                    .filter(JournalEntry::isFinished)
                    .isPresent());
            agent.restart();
            assertThat(agent.reports).isEmpty();

            agent.routersAreAway = false;

            assertThat(agent.report(create).outcome()).isEqualTo(Outcome.Succeeded.DONE);
            await().until(() -> agent.journal().unreported().isEmpty());
            agent.restart();
            assertThat(agent.reports).hasSize(1);
        }
    }

    @Test
    void workUnderWayAnswersForTheNewestAttempt() throws Exception {
        CountDownLatch asked = new CountDownLatch(1);
        try (TestAgent agent = new TestAgent(directory).start()) {
            agent.extra = (step, operation) -> {
                if (step == Step.CREATE_DISK_MADE) {
                    awaitQuietly(asked);
                }
            };
            CommandEnvelope create = agent.envelope(1, TestAgent.create(spec));
            agent.send(create);

            CommandReply reply = agent.send(TestAgent.attempt(create, 2));
            asked.countDown();

            assertThat(reply).isEqualTo(new CommandReply.Accepted());
            assertThat(agent.report(TestAgent.attempt(create, 2)).outcome()).isEqualTo(Outcome.Succeeded.DONE);
            assertThat(agent.reports).extracting(OutcomeReport::attempt).containsExactly(2);
            assertThat(agent.stepsReached.stream().filter(Step.COMMAND_BEGUN::equals))
                    .hasSize(1);
        }
    }

    @Test
    void waitsDoubleUpToTheLongest() {
        Backoff backoff = new Backoff(Duration.ofMillis(100), Duration.ofSeconds(5));

        for (long millis : new long[] {100, 200, 400, 800, 1600, 3200, 5000, 5000}) {
            assertThat(backoff.next()).hasMillis(millis);
        }
    }

    private static void awaitQuietly(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }
}
