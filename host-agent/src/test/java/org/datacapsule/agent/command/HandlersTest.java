package org.datacapsule.agent.command;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.datacapsule.agent.TestAgent;
import org.datacapsule.agent.hypervisor.GuestDomain;
import org.datacapsule.agent.simulated.SimulatedHypervisor;
import org.datacapsule.agent.step.Abandoned;
import org.datacapsule.agent.step.Step;
import org.datacapsule.common.capsule.CapsuleEvent.Found;
import org.datacapsule.common.error.ErrorCode;
import org.datacapsule.common.error.ProblemException;
import org.datacapsule.common.wire.CapsuleSpec;
import org.datacapsule.common.wire.Command;
import org.datacapsule.common.wire.CommandEnvelope;
import org.datacapsule.common.wire.Outcome;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class HandlersTest {
    private final CapsuleSpec spec = TestAgent.spec();

    @TempDir
    private Path directory = Path.of("");

    private TestAgent agent = new TestAgent(directory);

    @BeforeEach
    void start() throws Exception {
        agent = new TestAgent(directory).start();
        agent.done(agent.envelope(1, TestAgent.create(spec)));
        agent.host.faults().record();
    }

    @AfterEach
    void stop() {
        agent.close();
    }

    @Test
    void aLaunchedGuestRunsUnderTheMaintenancePolicy() throws Exception {
        assertThat(outcome(TestAgent.launch(spec))).isEqualTo(Outcome.Succeeded.DONE);

        assertThat(agent.host.hypervisor().find(spec.id())).contains(running("maintenance-research"));
        assertThat(agent.host.network().open()).containsExactly(spec.id());
    }

    @Test
    void aGuestThatRunsAsAskedIsLeftAlone() throws Exception {
        agent.host.hypervisor().set(spec.id(), Optional.of(running("maintenance-research")));

        assertThat(outcome(TestAgent.launch(spec))).isEqualTo(Outcome.Succeeded.DONE);

        assertThat(agent.host.faults().calls()).isEmpty();
    }

    @Test
    void aDomainThatDoesNotRunIsReplaced() throws Exception {
        agent.host.hypervisor().set(spec.id(), Optional.of(ending()));

        assertThat(outcome(TestAgent.launch(spec))).isEqualTo(Outcome.Succeeded.DONE);

        assertThat(agent.host.hypervisor().find(spec.id())).contains(running("maintenance-research"));
    }

    @Test
    void aFailedLaunchLeavesTheCapsuleStoppedAndShut() throws Exception {
        agent.host.faults().fail("start", new ProblemException(ErrorCode.HOST_HYPERVISOR_FAILED, "no"), 1);

        assertFailed(outcome(TestAgent.launch(spec)), ErrorCode.HOST_HYPERVISOR_FAILED, true);

        assertThat(agent.host.network().open()).isEmpty();
        assertThat(agent.host.hypervisor().all()).isEmpty();
    }

    @Test
    void aGuestThatComesUpUnderAnotherPolicyIsEnded() throws Exception {
        agent.extra = (step, operation) -> {
            if (step == Step.LAUNCH_DOMAIN_STARTED) {
                agent.host.hypervisor().set(spec.id(), Optional.of(running("no-filter")));
            }
        };

        assertFailed(outcome(TestAgent.launch(spec)), ErrorCode.HOST_HYPERVISOR_FAILED, true);

        assertThat(agent.host.hypervisor().all()).isEmpty();
        assertThat(agent.host.network().open()).isEmpty();
    }

    @Test
    void aStrangerOnThePortMayGoSoTheLaunchIsWorthRetrying() throws Exception {
        agent.host.network().stranger(spec.vncPort(), true);

        assertFailed(outcome(TestAgent.launch(spec)), ErrorCode.HOST_PORT_TAKEN, true);
    }

    @Test
    void whatNobodyForesawIsInternalAndTellsNothing() throws Exception {
        agent.host.faults().fail("write-seed", new IllegalStateException("/secret/path"), 1);

        Outcome outcome = outcome(TestAgent.launch(spec));

        assertFailed(outcome, ErrorCode.INTERNAL, true);
        assertThat(outcome.toString()).doesNotContain("/secret/path");
    }

    @Test
    void aGuestThatHearsItsPowerButtonIsNotCutOff() throws Exception {
        outcome(TestAgent.launch(spec));

        assertThat(agent.done(agent.envelope(3, new Command.Stop(spec, 20))).outcome())
                .isEqualTo(Outcome.Succeeded.DONE);

        assertThat(agent.host.faults().calls()).doesNotContain("destroy " + spec.id());
        assertThat(agent.host.network().open()).isEmpty();
    }

    @Test
    void aGuestThatWasStillBootingIsAskedAgainHalfWay() throws Exception {
        outcome(TestAgent.launch(spec));
        agent.host.hypervisor().ignorePowerButton(1);

        agent.done(agent.envelope(3, new Command.Stop(spec, 2)));

        assertThat(agent.host.faults().calls())
                .filteredOn(call -> call.startsWith("ask-to-power-off"))
                .hasSize(2);
        assertThat(agent.host.faults().calls()).doesNotContain("destroy " + spec.id());
    }

    @Test
    void aGuestThatDoesNotPowerOffIsCutOff() throws Exception {
        outcome(TestAgent.launch(spec));
        agent.host.hypervisor().ignorePowerButton(10);

        agent.done(agent.envelope(3, new Command.Stop(spec, 1)));

        assertThat(agent.host.faults().calls()).contains("destroy " + spec.id());
        assertThat(agent.host.hypervisor().all()).isEmpty();
    }

    @Test
    void aStopWithoutAGuestStillClosesTheWayIn() throws Exception {
        outcome(TestAgent.launch(spec));
        agent.host.hypervisor().set(spec.id(), Optional.empty());

        agent.done(agent.envelope(3, new Command.Stop(spec, 20)));

        assertThat(agent.host.network().open()).isEmpty();
    }

    @Test
    void whatAGuestWroteInSecureModeGoesWithIt() throws Exception {
        outcome(TestAgent.launch(spec));
        agent.done(agent.envelope(3, new Command.SwitchToSecure(spec, TestAgent.VOLUME)));
        assertThat(agent.host.storage().hasSecureOverlay(spec.id())).isTrue();

        agent.host.hypervisor().set(spec.id(), Optional.empty());

        await().atMost(Duration.ofSeconds(20)).until(() -> !agent.host.storage().hasSecureOverlay(spec.id()));
        assertThat(agent.listening).isEmpty();
    }

    @Test
    void keysAreNotPushedIntoAGuestInSecureMode() throws Exception {
        outcome(TestAgent.launch(spec));
        agent.done(agent.envelope(3, new Command.SwitchToSecure(spec, TestAgent.VOLUME)));

        assertThat(agent.done(agent.envelope(3, new Command.SyncKeys(spec, "ada", List.of("key"), true)))
                        .outcome())
                .isEqualTo(Outcome.Succeeded.DONE);

        assertThat(agent.host.hypervisor().authorizedKeys(spec.id())).isEmpty();
    }

    @Test
    void aSwitchOfAGuestThatIsGoneSaysSoAndLeavesTheCapsuleStopped() throws Exception {
        assertThat(outcome(new Command.SwitchToSecure(spec, TestAgent.VOLUME)))
                .isInstanceOfSatisfying(Outcome.Failed.class, failed -> {
                    assertThat(failed.found()).isEqualTo(Found.STOPPED);
                    assertThat(failed.retryable()).isFalse();
                });
    }

    @Test
    void whileLibvirtIsAwayASwitchIsNeitherGoneOnWithNorTakenBack() throws Exception {
        outcome(TestAgent.launch(spec));
        agent.host
                .faults()
                .fail("attach-volume", new ProblemException(ErrorCode.HOST_HYPERVISOR_UNAVAILABLE, "away"), 1);
        CommandEnvelope first = agent.envelope(3, new Command.SwitchToSecure(spec, TestAgent.VOLUME));

        assertFailed(agent.done(first).outcome(), ErrorCode.HOST_HYPERVISOR_UNAVAILABLE, true);
        assertThat(agent.done(TestAgent.attempt(first, 2)).outcome()).isInstanceOf(Outcome.Succeeded.class);

        assertThat(agent.host.faults().calls()).doesNotContain("restore " + spec.id());
        assertThat(agent.host.hypervisor().violations()).isEmpty();
    }

    @Test
    void aDeletedCapsuleLeavesNothing() throws Exception {
        outcome(TestAgent.launch(spec));

        agent.done(agent.envelope(3, new Command.Delete(spec)));

        assertThat(agent.host.hypervisor().all()).isEmpty();
        assertThat(agent.host.network().open()).isEmpty();
        assertThat(agent.host.network().leases()).isEmpty();
        assertThat(agent.host.storage().all()).isEmpty();
    }

    @Test
    void anInspectionSaysWhatIsThere() throws Exception {
        assertThat(outcome(new Command.Inspect(spec))).isEqualTo(Outcome.Succeeded.found(Found.STOPPED));
        agent.done(agent.envelope(3, TestAgent.launch(spec)));
        assertThat(agent.done(agent.envelope(4, new Command.Inspect(spec))).outcome())
                .isEqualTo(Outcome.Succeeded.found(Found.RUNNING_IN_MAINTENANCE));
        agent.done(agent.envelope(5, new Command.Delete(spec)));
        assertThat(agent.done(agent.envelope(6, new Command.Inspect(spec))).outcome())
                .isEqualTo(Outcome.Succeeded.found(Found.NOTHING));
    }

    @Test
    void aCommandThatWasNotBegunInTimeIsNotBegun() throws Exception {
        CommandEnvelope late = agent.envelope(3, TestAgent.launch(spec));
        agent.close();
        agent.start(Optional.of(Step.COMMAND_JOURNALED));
        try {
            agent.send(late);
        } catch (Abandoned e) {
            assertThat(agent.isDead()).isTrue();
        }
        agent.now = late.expires().plusSeconds(1);
        agent.restart();

        assertFailed(agent.report(late).outcome(), ErrorCode.OPERATION_DEADLINE_EXCEEDED, true);
        assertThat(agent.host.hypervisor().all()).isEmpty();
    }

    private GuestDomain running(String filter) {
        return SimulatedHypervisor.guest(1, filter, agent.host.storage().disk(spec.id()));
    }

    private GuestDomain ending() {
        GuestDomain guest = running("maintenance-research");
        return new GuestDomain(
                GuestDomain.State.ENDING, 1, guest.filter(), guest.tap(), guest.disk(), guest.attached());
    }

    private Outcome outcome(Command command) throws InterruptedException {
        return agent.done(agent.envelope(2, command)).outcome();
    }

    private static void assertFailed(Outcome outcome, ErrorCode code, boolean retryable) {
        assertThat(outcome).isInstanceOfSatisfying(Outcome.Failed.class, failed -> {
            assertThat(failed.problem().code()).isEqualTo(code);
            assertThat(failed.retryable()).isEqualTo(retryable);
        });
    }
}
