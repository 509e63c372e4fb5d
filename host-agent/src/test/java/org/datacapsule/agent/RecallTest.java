package org.datacapsule.agent;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.datacapsule.agent.simulated.SimulatedHost;
import org.datacapsule.agent.step.Step;
import org.datacapsule.common.capsule.CapsuleMode;
import org.datacapsule.common.error.ErrorCode;
import org.datacapsule.common.error.ProblemException;
import org.datacapsule.common.id.CapsuleId;
import org.datacapsule.common.id.HostId;
import org.datacapsule.common.id.OperationId;
import org.datacapsule.common.wire.CapsuleSpec;
import org.datacapsule.common.wire.Command;
import org.datacapsule.common.wire.CommandEnvelope;
import org.datacapsule.common.wire.CommandReply;
import org.datacapsule.common.wire.GuestNetwork;
import org.datacapsule.common.wire.Outcome;
import org.datacapsule.common.wire.SetAside;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A host that comes back after its capsules were given others. */
class RecallTest {
    private static final HostId GONE = new HostId("h9");

    @TempDir
    private Path folder;

    private TestAgent agent;
    private final CapsuleSpec spec = TestAgent.spec();
    private final CapsuleId capsule = spec.id();

    @BeforeEach
    void begin() throws Exception {
        agent = new TestAgent(folder).start();
        agent.done(agent.envelope(1, TestAgent.create(spec)));
        agent.done(agent.envelope(2, TestAgent.launch(spec)));
    }

    @AfterEach
    void end() {
        agent.close();
    }

    static boolean isOfRecall(Step step) {
        return Stream.of("RELINQUISH_", "DISCARD_", "ADOPT_")
                .anyMatch(prefix -> step.name().startsWith(prefix));
    }

    @Test
    void itStopsWhatLivesElsewhereAndKeepsItsFiles() {
        assertThat(agent.recall(relinquish(3, OperationId.random()))).isTrue();

        assertRelinquished();
    }

    @Test
    void aLaunchItWasInTheMiddleOfNeverStartsItsGuest() throws Exception {
        agent.done(agent.envelope(3, new Command.Stop(spec, 0)));
        agent.stop();
        agent.start(Optional.of(Step.LAUNCH_SSH_OPENED));
        CommandEnvelope launch = agent.envelope(4, TestAgent.launch(spec));
        agent.send(launch);
        awaitDeath();
        agent.stop();
        agent.host.faults().record();

        agent.startHeld();
        assertThat(agent.recall(relinquish(5, OperationId.random()))).isTrue();
        agent.admit();

        assertThat(agent.report(launch).outcome()).isInstanceOf(Outcome.Failed.class);
        assertThat(agent.host.faults().calls()).doesNotContain("start " + capsule);
        assertRelinquished();
    }

    @Test
    void aCreateItWasInTheMiddleOfMakesNothingAgain() throws Exception {
        CapsuleSpec other = TestAgent.spec();
        agent.stop();
        agent.start(Optional.of(Step.COMMAND_BEGUN));
        agent.send(agent.envelope(1, TestAgent.create(other)));
        awaitDeath();
        agent.stop();

        agent.startHeld();
        assertThat(agent.recall(envelope(1, 2, OperationId.random(), new Command.Relinquish(other))))
                .isTrue();
        agent.admit();
        agent.done(agent.envelope(3, new Command.Inspect(spec)));

        assertThat(agent.host.storage().all()).doesNotContain(other.id());
    }

    @ParameterizedTest
    @EnumSource(
            value = Step.class,
            names = {"RECEIVE_.*", "OUTCOME_DECIDED", "COMMAND_BEGUN"},
            mode = EnumSource.Mode.MATCH_ANY)
    void whatItWasReceivingDoesNotComeBackAfterItIsEvicted(Step step) throws Exception {
        CapsuleSpec other = new CapsuleSpec(
                CapsuleId.random(),
                spec.type(),
                2,
                2048,
                10,
                GuestNetwork.parse("10.90.0.0/16").address(2),
                20_002,
                5_902);
        agent.stop();
        agent.start(Optional.of(step));
        agent.send(envelope(
                2,
                3,
                OperationId.random(),
                new Command.Receive(
                        other,
                        TestAgent.IMAGE,
                        CapsuleMode.MAINTENANCE,
                        Optional.of(TestAgent.launch(other).login()))));
        awaitDeath();
        agent.stop();

        agent.startHeld();
        assertThat(agent.recall(envelope(2, 3, OperationId.random(), new Command.Evict(other))))
                .isTrue();
        agent.admit();
        awaitNothingUnfinished();

        assertThat(agent.host.storage().all()).containsExactly(capsule);
        assertThat(agent.host.network().open()).containsExactly(capsule);
        assertThat(agent.host.network().leased()).hasSize(1);
    }

    @ParameterizedTest
    @EnumSource(
            value = Step.class,
            names = {"RELINQUISH_.*", "OUTCOME_DECIDED", "COMMAND_BEGUN"},
            mode = EnumSource.Mode.MATCH_ANY)
    void whereverItDiesItGoesOn(Step step) throws Exception {
        CommandEnvelope order = relinquish(3, OperationId.random());
        agent.stop();
        agent.start(Optional.of(step));
        agent.send(order);
        awaitDeath();
        agent.stop();

        // It may go on with older work only when it has done what it is recalled for, this too.
        agent.startHeld();
        assertThat(agent.recall(order)).isTrue();
        agent.admit();

        assertRelinquished();
        assertThat(agent.stepsReached)
                .filteredOn(Step.OUTCOME_JOURNALED::equals)
                .hasSize(3);
    }

    @Test
    void anOrderOfBeforeTheCapsuleCameBackIsNotFollowed() throws Exception {
        agent.recall(relinquish(3, OperationId.random()));
        agent.done(envelope(2, 4, OperationId.random(), TestAgent.create(spec)));
        agent.done(envelope(2, 5, OperationId.random(), TestAgent.launch(spec)));

        assertThat(agent.recall(relinquish(3, OperationId.random()))).isTrue();

        assertThat(agent.host.hypervisor().find(capsule)).isPresent();
        assertThat(agent.host.storage().hasDisk(capsule)).isTrue();
    }

    @Test
    void whatIsSetAsideGoesByItsGenerationAlone() throws Exception {
        agent.recall(relinquish(3, OperationId.random()));
        agent.done(envelope(2, 4, OperationId.random(), TestAgent.create(spec)));

        agent.done(envelope(2, 4, OperationId.random(), new Command.Discard(spec, 7)));
        assertThat(agent.host.storage().setAside()).hasSize(1);
        agent.done(envelope(2, 4, OperationId.random(), new Command.Discard(spec, 1)));

        assertThat(agent.host.storage().setAside()).isEmpty();
        assertThat(agent.host.storage().hasDisk(capsule)).isTrue();
    }

    @Test
    void whatCannotBeStoppedIsNotDone() {
        agent.host.faults().fail("destroy", new ProblemException(ErrorCode.HOST_HYPERVISOR_FAILED, "no"), 1);

        assertThat(agent.recall(relinquish(3, OperationId.random()))).isFalse();
    }

    @ParameterizedTest
    @EnumSource(
            value = Step.class,
            names = {"ADOPT_.*", "OUTCOME_DECIDED", "COMMAND_BEGUN"},
            mode = EnumSource.Mode.MATCH_ANY)
    void anAdoptionGoesOnWhereverTheAgentDied(Step step) throws Exception {
        SimulatedHost gone = SimulatedHost.with(Set.of(TestAgent.IMAGE));
        agent.host.storage().share("san", TestAgent.HOST, gone.storage(), GONE);
        CapsuleSpec other = TestAgent.spec();
        gone.storage().createDisk(other, TestAgent.IMAGE);
        CommandEnvelope adopt = envelope(2, 7, OperationId.random(), new Command.Adopt(other, TestAgent.IMAGE, GONE));
        agent.stop();
        agent.start(Optional.of(step));
        agent.send(adopt);
        awaitDeath();

        agent.restart();

        assertThat(agent.done(adopt).outcome()).isEqualTo(Outcome.Succeeded.DONE);
        assertThat(agent.host.storage().hasDisk(other.id())).isTrue();
    }

    @Test
    void aCapsuleIsAdoptedOutOfSharedStorageAndNobodyElses() throws Exception {
        SimulatedHost gone = SimulatedHost.with(Set.of(TestAgent.IMAGE));
        agent.host.storage().share("san", TestAgent.HOST, gone.storage(), GONE);
        CapsuleSpec other = TestAgent.spec();
        gone.storage().createDisk(other, TestAgent.IMAGE);
        CommandEnvelope adopt = envelope(2, 7, OperationId.random(), new Command.Adopt(other, TestAgent.IMAGE, GONE));

        assertThat(agent.done(adopt).outcome()).isEqualTo(Outcome.Succeeded.DONE);
        assertThat(agent.send(adopt)).isEqualTo(new CommandReply.Finished(Outcome.Succeeded.DONE));

        assertThat(agent.host.storage().hasDisk(other.id())).isTrue();
        assertThat(gone.storage().hasDisk(other.id())).isFalse();
        Outcome none = agent.done(envelope(
                        2, 8, OperationId.random(), new Command.Adopt(TestAgent.spec(), TestAgent.IMAGE, GONE)))
                .outcome();
        assertThat(none.toString()).contains("HOST_CAPSULE_MISSING");
    }

    private void assertRelinquished() {
        assertThat(agent.host.hypervisor().all()).isEmpty();
        assertThat(agent.host.network().open()).isEmpty();
        assertThat(agent.host.network().leased()).isEmpty();
        assertThat(agent.host.storage().all()).isEmpty();
        assertThat(agent.host.storage().setAside()).containsExactly(new SetAside(capsule, 1, 1));
    }

    private CommandEnvelope relinquish(long sequence, OperationId id) {
        return envelope(1, sequence, id, new Command.Relinquish(spec));
    }

    private CommandEnvelope envelope(long generation, long sequence, OperationId id, Command command) {
        return new CommandEnvelope(
                id, 1, TestAgent.HOST, generation, sequence, "request-1", agent.now.plusSeconds(600), command);
    }

    private void awaitNothingUnfinished() throws InterruptedException {
        for (int glance = 0; glance < 5000 && !agent.journal().unfinished().isEmpty(); glance++) {
            Thread.sleep(2);
        }
        assertThat(agent.journal().unfinished()).isEmpty();
    }

    private void awaitDeath() throws InterruptedException {
        for (int glance = 0; glance < 5000 && !agent.isDead(); glance++) {
            Thread.sleep(2);
        }
        assertThat(agent.isDead()).isTrue();
    }
}
