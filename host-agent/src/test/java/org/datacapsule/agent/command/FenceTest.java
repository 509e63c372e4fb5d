package org.datacapsule.agent.command;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.datacapsule.agent.TestAgent;
import org.datacapsule.agent.hypervisor.GuestDomain;
import org.datacapsule.agent.simulated.SimulatedHypervisor;
import org.datacapsule.common.error.ErrorCode;
import org.datacapsule.common.id.HostId;
import org.datacapsule.common.id.OperationId;
import org.datacapsule.common.wire.CapsuleSpec;
import org.datacapsule.common.wire.Command;
import org.datacapsule.common.wire.CommandEnvelope;
import org.datacapsule.common.wire.CommandReply;
import org.datacapsule.common.wire.Outcome;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FenceTest {
    private final CapsuleSpec spec = TestAgent.spec();

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

    @Test
    void aCommandWithAnOlderSequenceIsRefused() throws Exception {
        agent.done(agent.envelope(5, TestAgent.create(spec)));

        CommandReply reply = agent.send(agent.envelope(4, new Command.Delete(spec)));

        assertRefused(reply, ErrorCode.HOST_STALE_COMMAND);
    }

    @Test
    void aCommandWithAnOlderGenerationIsRefused() throws Exception {
        agent.done(generation(agent.envelope(1, TestAgent.create(spec)), 7));

        CommandReply reply = agent.send(generation(agent.envelope(2, TestAgent.launch(spec)), 6));

        assertRefused(reply, ErrorCode.HOST_STALE_COMMAND);
    }

    @Test
    void aCommandOlderThanTheDomainsGenerationFailsAndTouchesNothing() throws Exception {
        GuestDomain newer = SimulatedHypervisor.guest(
                9, "maintenance-research", agent.host.storage().disk(spec.id()));
        agent.host.hypervisor().set(spec.id(), Optional.of(newer));

        Outcome outcome =
                agent.done(agent.envelope(1, new Command.Delete(spec))).outcome();

        assertFailed(outcome, ErrorCode.HOST_STALE_COMMAND, false);
        assertThat(agent.host.hypervisor().find(spec.id())).contains(newer);
    }

    @Test
    void aFinishedCommandAskedAgainIsAnsweredAndNotDoneAgain() throws Exception {
        CommandEnvelope create = agent.envelope(1, TestAgent.create(spec));
        agent.done(create);
        agent.host.storage().delete(spec.id());

        CommandReply reply = agent.send(create);

        assertThat(reply).isEqualTo(new CommandReply.Finished(Outcome.Succeeded.DONE));
        assertThat(agent.host.storage().hasDisk(spec.id())).isFalse();
    }

    @Test
    void aFinishedCommandIsAnsweredAfterARestart() throws Exception {
        CommandEnvelope create = agent.envelope(1, TestAgent.create(spec));
        agent.done(create);

        CommandReply reply = agent.restart().send(create);

        assertThat(reply).isEqualTo(new CommandReply.Finished(Outcome.Succeeded.DONE));
    }

    @Test
    void aNewAttemptAfterAFailureRunsAgain() throws Exception {
        CommandEnvelope launch = agent.envelope(2, TestAgent.launch(spec));
        assertFailed(agent.done(launch).outcome(), ErrorCode.HOST_CAPSULE_MISSING, false);
        agent.host.storage().createDisk(spec, TestAgent.IMAGE);

        Outcome second = agent.done(TestAgent.attempt(launch, 2)).outcome();

        assertThat(second).isEqualTo(Outcome.Succeeded.DONE);
    }

    @Test
    void anOldAttemptAfterANewOneIsRefused() throws Exception {
        CommandEnvelope launch = agent.envelope(2, TestAgent.launch(spec));
        agent.done(launch);
        agent.done(TestAgent.attempt(launch, 2));

        assertRefused(agent.send(launch), ErrorCode.HOST_STALE_COMMAND);
    }

    @Test
    void aLateCreateDoesNotBringADeletedCapsuleBack() throws Exception {
        CommandEnvelope create = agent.envelope(1, TestAgent.create(spec));
        agent.done(agent.envelope(2, new Command.Delete(spec)));

        CommandReply reply = agent.restart().send(create);

        assertRefused(reply, ErrorCode.HOST_STALE_COMMAND);
        assertThat(agent.host.storage().hasDisk(spec.id())).isFalse();
    }

    @Test
    void aCommandForAnotherHostIsRefused() {
        CommandEnvelope create = agent.envelope(1, TestAgent.create(spec));

        CommandReply reply = agent.send(new CommandEnvelope(
                create.operation(), 1, new HostId("h2"), 1, 1, "r", create.expires(), create.command()));

        assertRefused(reply, ErrorCode.HOST_COMMAND_REFUSED);
    }

    @Test
    void anotherOperationWithTheSameSequenceIsRefused() throws Exception {
        agent.done(agent.envelope(3, TestAgent.create(spec)));

        assertRefused(agent.send(agent.envelope(3, new Command.Delete(spec))), ErrorCode.HOST_STALE_COMMAND);
    }

    @Test
    void aKeyPushGoesWithTheOperationBeforeItAndNotWithAnOlderOne() throws Exception {
        agent.done(agent.envelope(1, TestAgent.create(spec)));
        agent.done(agent.envelope(2, TestAgent.launch(spec)));
        Command push = new Command.SyncKeys(spec, "alice", List.of("ssh-ed25519 AAAA alice"), true);

        assertThat(agent.done(agent.envelope(2, push)).outcome()).isEqualTo(Outcome.Succeeded.DONE);
        assertThat(agent.host.hypervisor().authorizedKeys(spec.id())).containsExactly("ssh-ed25519 AAAA alice");

        agent.done(agent.envelope(3, new Command.Stop(spec, 0)));
        assertRefused(agent.send(agent.envelope(2, push)), ErrorCode.HOST_STALE_COMMAND);
    }

    private static CommandEnvelope generation(CommandEnvelope of, long generation) {
        return new CommandEnvelope(
                OperationId.random(),
                of.attempt(),
                of.host(),
                generation,
                of.sequence(),
                of.requestId(),
                of.expires(),
                of.command());
    }

    private static void assertRefused(CommandReply reply, ErrorCode code) {
        assertThat(reply)
                .isInstanceOfSatisfying(
                        CommandReply.Refused.class,
                        refused -> assertThat(refused.problem().code()).isEqualTo(code));
    }

    private static void assertFailed(Outcome outcome, ErrorCode code, boolean retryable) {
        assertThat(outcome).isInstanceOfSatisfying(Outcome.Failed.class, failed -> {
            assertThat(failed.problem().code()).isEqualTo(code);
            assertThat(failed.retryable()).isEqualTo(retryable);
        });
    }
}
