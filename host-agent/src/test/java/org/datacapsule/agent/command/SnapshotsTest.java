package org.datacapsule.agent.command;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import org.datacapsule.agent.TestAgent;
import org.datacapsule.agent.step.Step;
import org.datacapsule.common.capsule.CapsuleEvent.Found;
import org.datacapsule.common.error.ErrorCode;
import org.datacapsule.common.error.ProblemException;
import org.datacapsule.common.id.SnapshotId;
import org.datacapsule.common.wire.CapsuleSpec;
import org.datacapsule.common.wire.Command;
import org.datacapsule.common.wire.CommandEnvelope;
import org.datacapsule.common.wire.Outcome;
import org.datacapsule.common.wire.Outcome.Failed;
import org.datacapsule.common.wire.Outcome.Succeeded;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** When snapshots are taken, reverted to and deleted, and what is left when they are not. Deaths are CrashPointsTest's. */
class SnapshotsTest {
    private final CapsuleSpec spec = TestAgent.spec();
    private final SnapshotId snapshot = SnapshotId.random();
    private final Command take = new Command.TakeSnapshot(spec, TestAgent.IMAGE, snapshot);
    private final Command revert = new Command.RevertToSnapshot(spec, TestAgent.IMAGE, snapshot);
    private final Command delete = new Command.DeleteSnapshot(spec, TestAgent.IMAGE, snapshot);

    @TempDir
    private Path directory = Path.of("");

    private TestAgent agent = new TestAgent(Path.of("none"));

    @BeforeEach
    void start() {
        agent = new TestAgent(directory).start();
    }

    @AfterEach
    void stop() {
        assertThat(agent.host.storage().taintedSnapshots()).isEmpty();
        agent.close();
    }

    @Test
    void oneIsTakenRevertedToAndDeleted() throws Exception {
        agent.done(agent.envelope(1, TestAgent.create(spec)));

        Outcome taken = agent.done(agent.envelope(2, take)).outcome();
        assertThat(((Succeeded) taken).snapshot().orElseThrow().snapshot()).isEqualTo(snapshot);
        assertThat(agent.host.storage().snapshots(spec.id())).containsExactly(snapshot);

        assertThat(agent.done(agent.envelope(3, revert)).outcome()).isEqualTo(Succeeded.DONE);
        assertThat(agent.host.storage().revertedTo(spec.id())).contains(snapshot);
        assertThat(agent.host.storage().snapshots(spec.id())).containsExactly(snapshot);

        assertThat(agent.done(agent.envelope(4, delete)).outcome()).isEqualTo(Succeeded.DONE);
        assertThat(agent.host.storage().snapshots(spec.id())).isEmpty();
        assertThat(agent.done(agent.envelope(5, delete)).outcome())
                .as("one that is not there")
                .isEqualTo(Succeeded.DONE);
    }

    @Test
    void whileAGuestRunsOrSomethingOfSecureModeIsLeftNothingIsDone() throws Exception {
        agent.done(agent.envelope(1, TestAgent.create(spec)));
        agent.done(agent.envelope(2, TestAgent.launch(spec)));
        int sequence = refusesAll(3);

        agent.done(agent.envelope(sequence, new Command.SwitchToSecure(spec, TestAgent.VOLUME)));
        sequence = refusesAll(sequence + 1);

        agent.done(agent.envelope(sequence, new Command.Stop(spec, 0)));
        agent.host.storage().makeSecureOverlay(spec.id());
        agent.host.storage().awaitGuest(spec.id());
        refusesAll(sequence + 1);
    }

    private int refusesAll(int sequence) throws InterruptedException {
        int next = sequence;
        for (Command command : List.of(take, revert, delete)) {
            Outcome outcome = agent.done(agent.envelope(next++, command)).outcome();
            assertThat(outcome).isInstanceOf(Failed.class);
            assertThat(((Failed) outcome).problem().code()).isEqualTo(ErrorCode.HOST_DISK_IN_USE);
        }
        assertThat(agent.host.storage().snapshots(spec.id())).isEmpty();
        return next;
    }

    @Test
    void aRevertToWhatTheDiskDoesNotHaveSaysSoAndLeavesTheCapsuleStopped() throws Exception {
        agent.done(agent.envelope(1, TestAgent.create(spec)));

        Failed failed = (Failed) agent.done(agent.envelope(2, revert)).outcome();

        assertThat(failed.problem().code()).isEqualTo(ErrorCode.HOST_SNAPSHOT_MISSING);
        assertThat(failed.retryable()).isFalse();
        assertThat(failed.found()).isEqualTo(Found.STOPPED);
    }

    @Test
    void aFullDiskMayPass() throws Exception {
        agent.done(agent.envelope(1, TestAgent.create(spec)));
        agent.host.faults().fail("take-snapshot", new ProblemException(ErrorCode.HOST_DISK_FULL, "No room."), 1);

        Failed failed = (Failed) agent.done(agent.envelope(2, take)).outcome();

        assertThat(failed.retryable()).isTrue();
        assertThat(agent.done(agent.envelope(3, take)).outcome()).isInstanceOf(Succeeded.class);
    }

    @Test
    void aDeletionOfTheCapsuleCancelsItAndTakesItsSnapshotsAlong() throws Exception {
        agent.done(agent.envelope(1, TestAgent.create(spec)));
        CommandEnvelope taking = agent.envelope(2, take);
        CommandEnvelope deletion = agent.envelope(3, new Command.Delete(spec));
        agent.extra = (step, operation) -> {
            if (step == Step.SNAPSHOT_CHECKED) {
                agent.send(deletion);
            }
        };

        Failed failed = (Failed) agent.done(taking).outcome();

        assertThat(failed.problem().code()).isEqualTo(ErrorCode.OPERATION_CANCELLED);
        assertThat(agent.report(deletion).outcome()).isInstanceOf(Succeeded.class);
        assertThat(agent.host.storage().all()).isEmpty();
    }
}
