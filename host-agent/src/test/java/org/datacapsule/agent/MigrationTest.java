package org.datacapsule.agent;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.datacapsule.agent.hypervisor.GuestDomain;
import org.datacapsule.agent.simulated.SimulatedHost;
import org.datacapsule.agent.step.Abandoned;
import org.datacapsule.agent.step.Step;
import org.datacapsule.common.capsule.CapsuleEvent.Found;
import org.datacapsule.common.error.ErrorCode;
import org.datacapsule.common.error.ProblemException;
import org.datacapsule.common.id.CapsuleId;
import org.datacapsule.common.id.OperationId;
import org.datacapsule.common.wire.CapsuleSpec;
import org.datacapsule.common.wire.Command;
import org.datacapsule.common.wire.CommandEnvelope;
import org.datacapsule.common.wire.CommandReply;
import org.datacapsule.common.wire.Departure;
import org.datacapsule.common.wire.Landing;
import org.datacapsule.common.wire.Login;
import org.datacapsule.common.wire.Outcome;
import org.datacapsule.common.wire.Outcome.Succeeded;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Two agents over simulated hosts; the test is the router that leads a capsule from one to the other. */
class MigrationTest {
    private static final Login LOGIN = new Login("ada", TestAgent.PASSWORD, List.of("ssh-ed25519 AAAA ada"));

    @TempDir
    private Path folder;

    private TestAgent source;
    private TestAgent target;
    private final CapsuleSpec spec = TestAgent.spec();
    private final CapsuleId capsule = spec.id();
    private final CapsuleSpec arriving = new CapsuleSpec(
            capsule, spec.type(), spec.vcpus(), spec.memoryMb(), spec.diskGb(), spec.guest(), 20_007, 5_907);
    private final OperationId operation = OperationId.random();
    private int attempt;

    @BeforeEach
    void begin() throws Exception {
        SimulatedHost one = SimulatedHost.with(Set.of(TestAgent.IMAGE));
        SimulatedHost two = SimulatedHost.with(Set.of(TestAgent.IMAGE));
        one.meet(two);
        source = new TestAgent(folder.resolve("one"), one).start();
        target = new TestAgent(folder.resolve("two"), two).start();
        source.done(source.envelope(1, TestAgent.create(spec)));
        source.done(source.envelope(2, TestAgent.launch(spec)));
    }

    @AfterEach
    void end() {
        source.close();
        target.close();
    }

    @Test
    void aGuestArrivesWithItsVolumeAndNothingIsLeftBehind() throws Exception {
        Outcome end = migrate(true);

        assertThat(end).isInstanceOf(Succeeded.class);
        assertOn(target, 2, true);
        assertThat(target.host.storage().volumes()).containsExactly(capsule);
        assertThat(target.host.storage().spec(capsule)).contains(arriving);
        assertThat(done(source, 1, new Command.Evict(spec), OperationId.random(), 1))
                .isInstanceOf(Succeeded.class);
        assertNothingOn(source);
    }

    @Test
    void aCapsuleThatIsShutDownArrivesAsFiles() throws Exception {
        source.done(source.envelope(3, new Command.Stop(spec, 0)));

        assertThat(migrate(false)).isInstanceOf(Succeeded.class);

        assertOn(target, 2, false);
        assertThat(source.host.storage().hasDisk(capsule)).isTrue();
    }

    @Test
    void aGuestThatCannotLeaveRunsOn() throws Exception {
        Landing landing = receive(true);
        source.host
                .faults()
                .fail("send-away", new ProblemException(ErrorCode.HOST_HYPERVISOR_FAILED, "unreachable"), 1);

        Outcome outcome = sendAway(true, landing);

        assertThat(outcome)
                .isInstanceOfSatisfying(
                        Outcome.Failed.class,
                        failed -> assertThat(failed.found()).isEqualTo(Found.RUNNING_IN_MAINTENANCE));
        assertOn(source, 1, true);
    }

    @Test
    void aCapsuleInSecureModeDoesNotLeave() throws Exception {
        source.done(source.envelope(3, new Command.SwitchToSecure(spec, TestAgent.VOLUME)));
        Landing landing = receive(true);

        Outcome outcome = sendAway(true, landing);

        assertThat(outcome).isInstanceOfSatisfying(Outcome.Failed.class, failed -> {
            assertThat(failed.problem().code()).isEqualTo(ErrorCode.HOST_CANNOT_MIGRATE);
            assertThat(failed.retryable()).isFalse();
            assertThat(failed.found()).isEqualTo(Found.RUNNING_IN_SECURE);
        });
        assertThat(target.host.hypervisor().all()).isEmpty();
    }

    @Test
    void aCapsuleThatCameBackIsNotEvicted() throws Exception {
        migrate(true);
        target.host.hypervisor().set(capsule, Optional.empty());
        source.host
                .hypervisor()
                .set(
                        capsule,
                        Optional.of(new GuestDomain(
                                GuestDomain.State.RUNNING,
                                3,
                                "maintenance",
                                "tap0",
                                source.host.storage().disk(capsule),
                                Set.of())));

        Outcome outcome = done(source, 1, new Command.Evict(spec), OperationId.random(), 1);

        assertThat(outcome)
                .isInstanceOfSatisfying(
                        Outcome.Failed.class,
                        failed -> assertThat(failed.problem().code()).isEqualTo(ErrorCode.HOST_STALE_COMMAND));
        assertThat(source.host.hypervisor().find(capsule)).isPresent();
    }

    static boolean isOfMigration(Step step) {
        return step.wireName().matches("(receive|send-away|take-over|stay)\\..*");
    }

    @Test
    void aGuestThatIsToStayIsSaidToBeThere() throws Exception {
        assertThat(done(source, 1, new Command.Stay(spec), operation, ++attempt))
                .isEqualTo(Succeeded.found(Found.RUNNING_IN_MAINTENANCE));
        assertThat(source.stepsReached).contains(Step.STAY_LOOKED);
    }

    static Stream<Arguments> crashes() {
        List<Arguments> crashes = new ArrayList<>();
        for (boolean live : new boolean[] {true, false}) {
            Arrays.stream(Step.values())
                    .filter(step -> step != Step.STAY_LOOKED)
                    .filter(step -> isOfMigration(step) || step.wireName().matches("(command|outcome)\\..*"))
                    .forEach(step -> crashes.add(Arguments.of(live, step)));
        }
        return crashes.stream();
    }

    /** Wherever either agent is killed, asking again leads to the end, and at no moment does the capsule run twice. */
    @ParameterizedTest(name = "live {0}, at {1}")
    @MethodSource("crashes")
    void anAgentThatIsKilledGoesOnWhereItWas(boolean live, Step step) throws Exception {
        if (!live) {
            source.done(source.envelope(3, new Command.Stop(spec, 0)));
        }
        source.stop();
        target.stop();
        source.start(Optional.of(step));
        target.start(Optional.of(step));

        assertThat(migrate(live)).isInstanceOf(Succeeded.class);

        assertOn(target, 2, live);
        assertThat(done(source, 1, new Command.Evict(spec), OperationId.random(), 1))
                .isInstanceOf(Succeeded.class);
        assertNothingOn(source);
    }

    private Outcome migrate(boolean live) throws Exception {
        Landing landing = receive(live);
        Outcome left = sendAway(live, landing);
        if (!(left instanceof Succeeded succeeded)) {
            return left;
        }
        Departure departure = succeeded.departure().orElseThrow();
        return done(target, 2, new Command.TakeOver(arriving, TestAgent.IMAGE, departure), operation, ++attempt);
    }

    private Landing receive(boolean live) throws Exception {
        Command command = new Command.Receive(arriving, TestAgent.IMAGE, live ? Optional.of(LOGIN) : Optional.empty());
        Outcome outcome = done(target, 2, command, operation, ++attempt);
        return ((Succeeded) outcome).landing().orElseThrow();
    }

    private Outcome sendAway(boolean live, Landing landing) throws Exception {
        return done(source, 1, new Command.SendAway(spec, arriving, live, landing, 2, 0), operation, ++attempt);
    }

    /** Asks until it is done, starting the agent again when it has died. */
    private Outcome done(TestAgent agent, long generation, Command command, OperationId id, int number)
            throws Exception {
        CommandEnvelope envelope = new CommandEnvelope(
                id, number, TestAgent.HOST, generation, 4, "request-1", agent.now.plusSeconds(600), command);
        while (true) {
            try {
                assertThat(agent.send(envelope)).isNotInstanceOf(CommandReply.Refused.class);
            } catch (Abandoned e) {
                assertThat(agent.isDead()).as(e.toString()).isTrue();
            }
            Optional<Outcome> outcome = awaitOutcomeOrDeath(agent, envelope);
            assertNotTwice();
            if (outcome.isPresent()) {
                return outcome.get();
            }
            agent.restart();
        }
    }

    private static Optional<Outcome> awaitOutcomeOrDeath(TestAgent agent, CommandEnvelope envelope)
            throws InterruptedException {
        Instant until = Instant.now().plusSeconds(60);
        while (Instant.now().isBefore(until)) {
            Optional<Outcome> outcome = agent.reports.stream()
                    .filter(report ->
                            report.operation().equals(envelope.operation()) && report.attempt() == envelope.attempt())
                    .map(report -> report.outcome())
                    .findFirst();
            if (outcome.isPresent() || agent.isDead()) {
                return outcome;
            }
            Thread.sleep(2);
        }
        throw new AssertionError("no outcome of " + envelope);
    }

    private void assertNotTwice() {
        boolean both = source.host.hypervisor().find(capsule).isPresent()
                && target.host.hypervisor().find(capsule).isPresent();
        assertThat(both).as("it runs on both hosts").isFalse();
    }

    private void assertOn(TestAgent agent, long generation, boolean running) {
        Optional<GuestDomain> domain = agent.host.hypervisor().find(capsule);
        assertThat(domain.isPresent()).isEqualTo(running);
        domain.ifPresent(guest -> assertThat(guest.generation()).isEqualTo(generation));
        assertThat(agent.host.storage().hasDisk(capsule)).isTrue();
        assertThat(agent.host.network().leased()).contains(spec.guest().ipv4());
    }

    private void assertNothingOn(TestAgent agent) {
        assertThat(agent.host.hypervisor().all()).isEmpty();
        assertThat(agent.host.storage().all()).isEmpty();
        assertThat(agent.host.network().leased()).isEmpty();
    }
}
