package org.datacapsule.agent.command;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import org.datacapsule.agent.TestAgent;
import org.datacapsule.agent.step.Step;
import org.datacapsule.common.error.ErrorCode;
import org.datacapsule.common.error.ProblemException;
import org.datacapsule.common.id.SnapshotId;
import org.datacapsule.common.wire.CapsuleSpec;
import org.datacapsule.common.wire.Command;
import org.datacapsule.common.wire.CommandEnvelope;
import org.datacapsule.common.wire.MadeImage;
import org.datacapsule.common.wire.Outcome;
import org.datacapsule.common.wire.Outcome.Failed;
import org.datacapsule.common.wire.Outcome.Succeeded;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** When an image is made of a capsule's disk, and what is left when it is not. That it survives deaths is CrashPointsTest's. */
class ShareImageTest {
    private final CapsuleSpec spec = TestAgent.spec();
    private final Command share = new Command.ShareImage(spec, TestAgent.IMAGE);

    @TempDir
    private Path directory = Path.of("");

    private TestAgent agent = new TestAgent(Path.of("none"));

    @BeforeEach
    void start() {
        agent = new TestAgent(directory).start();
    }

    @AfterEach
    void stop() {
        assertThat(agent.host.storage().taintedImages()).isEmpty();
        agent.close();
    }

    @Test
    void theImageOfAStoppedCapsuleIsAmongThoseOfTheHost() throws Exception {
        agent.done(agent.envelope(1, TestAgent.create(spec)));

        Outcome outcome = agent.done(agent.envelope(2, share)).outcome();

        MadeImage made = ((Succeeded) outcome).image().orElseThrow();
        assertThat(agent.host.storage().images()).containsExactlyInAnyOrder(TestAgent.IMAGE, made.image());
        assertThat(agent.host.storage().drafts()).isEmpty();
    }

    @Test
    void whileItsGuestRunsNoneIsMade() throws Exception {
        agent.done(agent.envelope(1, TestAgent.create(spec)));
        agent.done(agent.envelope(2, TestAgent.launch(spec)));

        assertNothingMade(agent.done(agent.envelope(3, share)).outcome(), ErrorCode.HOST_DISK_IN_USE);

        agent.done(agent.envelope(4, new Command.SwitchToSecure(spec, TestAgent.VOLUME)));
        assertNothingMade(agent.done(agent.envelope(5, share)).outcome(), ErrorCode.HOST_DISK_IN_USE);
    }

    @Test
    void whileSomethingOfSecureModeIsLeftNoneIsMade() throws Exception {
        agent.done(agent.envelope(1, TestAgent.create(spec)));
        agent.host.storage().makeSecureOverlay(spec.id());
        agent.host.storage().awaitGuest(spec.id());

        Outcome outcome = agent.done(agent.envelope(2, share)).outcome();

        assertNothingMade(outcome, ErrorCode.HOST_DISK_IN_USE);
        assertThat(((Failed) outcome).retryable()).as("what is left is dropped").isTrue();
    }

    @Test
    void ofACapsuleThatIsNotHereNoneIsMade() throws Exception {
        assertNothingMade(agent.done(agent.envelope(1, share)).outcome(), ErrorCode.HOST_CAPSULE_MISSING);
    }

    @Test
    void ofASnapshotThatTheDiskDoesNotHaveNoneIsMade() throws Exception {
        agent.done(agent.envelope(1, TestAgent.create(spec)));
        SnapshotId there = SnapshotId.random();
        agent.done(agent.envelope(2, new Command.TakeSnapshot(spec, TestAgent.IMAGE, there)));

        assertNothingMade(
                agent.done(agent.envelope(3, of(SnapshotId.random()))).outcome(), ErrorCode.HOST_SNAPSHOT_MISSING);
        assertThat(agent.done(agent.envelope(4, of(there))).outcome()).isInstanceOf(Succeeded.class);
    }

    private Command of(SnapshotId snapshot) {
        return new Command.ShareImage(spec, TestAgent.IMAGE, Optional.of(snapshot));
    }

    @Test
    void aFullDiskIsSaidAndMayPass() throws Exception {
        agent.done(agent.envelope(1, TestAgent.create(spec)));
        agent.host.faults().fail("flatten", new ProblemException(ErrorCode.HOST_DISK_FULL, "There is no room."), 1);

        Outcome outcome = agent.done(agent.envelope(2, share)).outcome();

        assertNothingMade(outcome, ErrorCode.HOST_DISK_FULL);
        assertThat(((Failed) outcome).retryable()).isTrue();
    }

    @Test
    void aDeletionCancelsItAndLeavesNothing() throws Exception {
        agent.done(agent.envelope(1, TestAgent.create(spec)));
        CommandEnvelope sharing = agent.envelope(2, share);
        CommandEnvelope deletion = agent.envelope(3, new Command.Delete(spec));
        CountDownLatch deleted = new CountDownLatch(1);
        agent.extra = (step, operation) -> {
            if (step == Step.SHARE_IMAGE_FLATTENED) {
                agent.send(deletion);
                deleted.countDown();
            }
        };

        agent.send(sharing);
        deleted.await();

        assertNothingMade(agent.report(sharing).outcome(), ErrorCode.OPERATION_CANCELLED);
        assertThat(agent.report(deletion).outcome()).isInstanceOf(Succeeded.class);
        assertThat(agent.host.storage().all()).isEmpty();
    }

    @Test
    void whatIsAnImageAlreadyIsReportedThoughADeletionCameMeanwhile() throws Exception {
        agent.done(agent.envelope(1, TestAgent.create(spec)));
        CommandEnvelope sharing = agent.envelope(2, share);
        CommandEnvelope deletion = agent.envelope(3, new Command.Delete(spec));
        agent.extra = (step, operation) -> {
            if (step == Step.SHARE_IMAGE_KEPT) {
                agent.send(deletion);
            }
        };

        Optional<MadeImage> made = ((Succeeded) agent.done(sharing).outcome()).image();

        assertThat(agent.report(deletion).outcome()).isInstanceOf(Succeeded.class);
        assertThat(agent.host.storage().images()).contains(made.orElseThrow().image());
    }

    private void assertNothingMade(Outcome outcome, ErrorCode why) {
        assertThat(outcome).isInstanceOf(Failed.class);
        assertThat(((Failed) outcome).problem().code()).isEqualTo(why);
        assertThat(agent.host.storage().images()).containsExactly(TestAgent.IMAGE);
        assertThat(agent.host.storage().drafts()).isEmpty();
    }
}
