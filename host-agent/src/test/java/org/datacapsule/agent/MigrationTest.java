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
import org.datacapsule.agent.hypervisor.GuestDomain.Attachment;
import org.datacapsule.agent.simulated.SimulatedHost;
import org.datacapsule.agent.step.Abandoned;
import org.datacapsule.agent.step.Step;
import org.datacapsule.common.capsule.CapsuleEvent.Found;
import org.datacapsule.common.capsule.CapsuleMode;
import org.datacapsule.common.error.ErrorCode;
import org.datacapsule.common.error.ProblemException;
import org.datacapsule.common.id.CapsuleId;
import org.datacapsule.common.id.OperationId;
import org.datacapsule.common.wire.CapsuleSpec;
import org.datacapsule.common.wire.Command;
import org.datacapsule.common.wire.CommandEnvelope;
import org.datacapsule.common.wire.CommandReply;
import org.datacapsule.common.wire.Departure.SentFile;
import org.datacapsule.common.wire.Departure.SentGuest;
import org.datacapsule.common.wire.Landing;
import org.datacapsule.common.wire.Login;
import org.datacapsule.common.wire.ModeReceipt;
import org.datacapsule.common.wire.Outcome;
import org.datacapsule.common.wire.Outcome.Succeeded;
import org.datacapsule.common.wire.SecureVolume;
import org.datacapsule.common.wire.WireJson;
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
        Outcome end = migrate(CapsuleMode.MAINTENANCE);

        assertThat(end).isInstanceOf(Succeeded.class);
        assertOn(target, 2, CapsuleMode.MAINTENANCE);
        assertThat(target.host.storage().spec(capsule)).contains(arriving);
        assertThat(evict(source, 1)).isInstanceOf(Succeeded.class);
        assertNothingOn(source);
    }

    @Test
    void aCapsuleThatIsShutDownArrivesAsFiles() throws Exception {
        lead(CapsuleMode.NOT_DEFINED);

        assertThat(migrate(CapsuleMode.NOT_DEFINED)).isInstanceOf(Succeeded.class);

        assertOn(target, 2, CapsuleMode.NOT_DEFINED);
        assertThat(source.host.storage().hasDisk(capsule)).isTrue();
    }

    @Test
    void aGuestInSecureModeArrivesWithAllThatIsOfIt() throws Exception {
        lead(CapsuleMode.SECURE);

        Succeeded end = (Succeeded) migrate(CapsuleMode.SECURE);

        assertOn(target, 2, CapsuleMode.SECURE);
        ModeReceipt receipt = WireJson.read(end.receipt().orElseThrow().receipt(), ModeReceipt.class);
        assertThat(receipt.mode()).isEqualTo(CapsuleMode.SECURE);
        assertThat(receipt.operation()).isEqualTo(operation);
        assertThat(receipt.generation()).isEqualTo(2);
        assertThat(receipt.volumeAttachedAt()).isPresent();
        assertThat(receipt.verified())
                .contains("the guest came from another host with its secure volume, and has not run here yet");
        assertThat(source.listening).isEmpty();
        assertThat(target.listening).containsExactly(capsule);
        Outcome gone = evict(source, 1);
        assertThat(gone).isEqualTo(Succeeded.DONE);
        assertNothingOn(source);
    }

    @Test
    void fromItsNewHostItComesBackToTheCheckpointOfTheOld() throws Exception {
        lead(CapsuleMode.SECURE);
        migrate(CapsuleMode.SECURE);

        Outcome back = done(target, 2, 5, new Command.SwitchToMaintenance(arriving), OperationId.random(), 1);

        assertThat(back).isInstanceOf(Succeeded.class);
        assertOn(target, 2, CapsuleMode.MAINTENANCE);
        assertThat(target.host.storage().secure()).isEmpty();
        assertThat(target.host.network().open()).containsExactly(capsule);
    }

    /** While it stands still nothing can leave it, whatever its network is like. */
    @Test
    void aGuestWhosePolicyIsNotInForceAtItsNewHostDoesNotGoOnThere() throws Exception {
        lead(CapsuleMode.SECURE);
        ProblemException open = new ProblemException(ErrorCode.HOST_POLICY_NOT_IN_FORCE, "The network is open.");
        target.host.faults().fail("verify", open, 1);

        assertThat(migrate(CapsuleMode.SECURE)).isInstanceOf(Outcome.Failed.class);

        assertThat(target.host.hypervisor().find(capsule).orElseThrow().state()).isEqualTo(GuestDomain.State.PAUSED);
        assertThat(target.listening).isEmpty();
        assertThat(takeOver(CapsuleMode.SECURE, new SentGuest(1, -1))).isInstanceOf(Succeeded.class);
        assertOn(target, 2, CapsuleMode.SECURE);
    }

    @Test
    void aGuestThatRunsWithoutHavingBeenVerifiedIsNotTakenOver() throws Exception {
        lead(CapsuleMode.SECURE);
        Landing landing = receive(CapsuleMode.SECURE);
        makeReady(CapsuleMode.SECURE, sendFiles(CapsuleMode.SECURE, landing));
        sendAway(CapsuleMode.SECURE, landing);
        target.host.hypervisor().resume(capsule);

        Outcome outcome = takeOver(CapsuleMode.SECURE, new SentGuest(1, -1));

        assertThat(outcome)
                .isInstanceOfSatisfying(
                        Outcome.Failed.class,
                        failed -> assertThat(failed.problem().code()).isEqualTo(ErrorCode.HOST_POLICY_NOT_IN_FORCE));
    }

    static Stream<CapsuleMode> running() {
        return Stream.of(CapsuleMode.MAINTENANCE, CapsuleMode.SECURE);
    }

    @ParameterizedTest
    @MethodSource("running")
    void aGuestThatCannotLeaveRunsOnAndTheOtherHostIsEmptied(CapsuleMode mode) throws Exception {
        lead(mode);
        Landing landing = receive(mode);
        makeReady(mode, sendFiles(mode, landing));
        source.host
                .faults()
                .fail("send-away", new ProblemException(ErrorCode.HOST_HYPERVISOR_FAILED, "unreachable"), 1);

        Outcome outcome = sendAway(mode, landing);

        assertLeft(outcome, mode == CapsuleMode.SECURE ? Found.RUNNING_IN_SECURE : Found.RUNNING_IN_MAINTENANCE);
        assertOn(source, 1, mode);
        assertThat(source.listening).hasSize(mode == CapsuleMode.SECURE ? 1 : 0);
        assertThat(evict(target, 2)).isInstanceOf(Succeeded.class);
        assertNothingOn(target);
    }

    /** Its disk at the other host has nothing of it yet, and must never be taken for the newer one. */
    @ParameterizedTest
    @MethodSource("running")
    void aGuestThatEndedBeforeItWasSentIsKnownToHaveEnded(CapsuleMode mode) throws Exception {
        lead(mode);
        Landing landing = receive(mode);
        makeReady(mode, sendFiles(mode, landing));
        source.host.hypervisor().set(capsule, Optional.empty());

        assertLeft(sendAway(mode, landing), Found.STOPPED);
        assertThat(done(source, 1, 5, new Command.Stay(spec), OperationId.random(), 1))
                .isEqualTo(Succeeded.found(Found.STOPPED));
    }

    @ParameterizedTest
    @MethodSource("running")
    void ofAGuestThatEndedOnItsWayItIsNotSaidWhereItIs(CapsuleMode mode) throws Exception {
        lead(mode);
        Landing landing = receive(mode);
        makeReady(mode, sendFiles(mode, landing));
        source.restart(Step.SEND_AWAY_MARKED);
        source.extra = (step, operation) -> {
            if (step == Step.COMMAND_BEGUN) {
                source.host.hypervisor().set(capsule, Optional.empty());
            }
        };

        Succeeded left = (Succeeded) sendAway(mode, landing);

        assertThat(left.departure().orElseThrow().guest()).contains(SentGuest.UNSEEN);
        assertThat(takeOver(mode, SentGuest.UNSEEN))
                .isInstanceOfSatisfying(
                        Outcome.Failed.class,
                        failed -> assertThat(failed.problem().code()).isEqualTo(ErrorCode.HOST_CAPSULE_MISSING));
        assertThat(done(source, 1, 5, new Command.Stay(spec), OperationId.random(), 1))
                .isEqualTo(Succeeded.found(Found.UNSAID));
    }

    static Stream<Arguments> wrongModes() {
        return Stream.of(
                Arguments.of(CapsuleMode.SECURE, CapsuleMode.MAINTENANCE),
                Arguments.of(CapsuleMode.MAINTENANCE, CapsuleMode.SECURE));
    }

    @ParameterizedTest
    @MethodSource("wrongModes")
    void aGuestInAnotherModeThanItsPlaceIsMadeForDoesNotLeave(CapsuleMode itsMode, CapsuleMode mode) throws Exception {
        lead(itsMode);
        Landing landing = receive(mode);

        Outcome files = done(source, 1, new Command.SendFiles(spec, mode, landing, 0), operation, ++attempt);
        Outcome outcome = sendAway(mode, landing);

        for (Outcome each : List.of(files, outcome)) {
            assertThat(each).isInstanceOfSatisfying(Outcome.Failed.class, failed -> {
                assertThat(failed.problem().code()).isEqualTo(ErrorCode.HOST_CANNOT_MIGRATE);
                assertThat(failed.retryable()).isFalse();
            });
        }
        assertLeft(outcome, itsMode == CapsuleMode.SECURE ? Found.RUNNING_IN_SECURE : Found.RUNNING_IN_MAINTENANCE);
        assertThat(target.host.hypervisor().all()).isEmpty();
    }

    /** It was swept away as the leftover of a guest that had ended, before the guest could come. */
    @Test
    void whatIsReadyForAGuestIsNoLeftover() throws Exception {
        lead(CapsuleMode.SECURE);
        Landing landing = receive(CapsuleMode.SECURE);
        makeReady(CapsuleMode.SECURE, sendFiles(CapsuleMode.SECURE, landing));

        target.restart();
        assertThat(target.host.storage().isAwaited(capsule)).isTrue();
        sendAway(CapsuleMode.SECURE, landing);
        takeOver(CapsuleMode.SECURE, new SentGuest(1, -1));

        assertThat(target.host.storage().hasSecureOverlay(capsule)).isTrue();
        assertThat(target.host.storage().isAwaited(capsule)).isFalse();
    }

    @Test
    void aCapsuleThatCameBackIsNotEvicted() throws Exception {
        migrate(CapsuleMode.MAINTENANCE);
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

        Outcome outcome = evict(source, 1);

        assertThat(outcome)
                .isInstanceOfSatisfying(
                        Outcome.Failed.class,
                        failed -> assertThat(failed.problem().code()).isEqualTo(ErrorCode.HOST_STALE_COMMAND));
        assertThat(source.host.hypervisor().find(capsule)).isPresent();
    }

    static boolean isOfMigration(Step step) {
        return step.wireName().matches("(receive|send-files|make-ready|send-away|take-over|stay)\\..*");
    }

    @Test
    void aGuestThatIsToStayIsSaidToBeThere() throws Exception {
        assertThat(done(source, 1, new Command.Stay(spec), operation, ++attempt))
                .isEqualTo(Succeeded.found(Found.RUNNING_IN_MAINTENANCE));
        assertThat(source.stepsReached).contains(Step.STAY_LOOKED);
    }

    static Stream<Arguments> crashes() {
        List<Arguments> crashes = new ArrayList<>();
        for (CapsuleMode mode : CapsuleMode.values()) {
            Arrays.stream(Step.values())
                    .filter(step -> step != Step.STAY_LOOKED)
                    .filter(step -> isOfMigration(step) || step.wireName().matches("(command|outcome)\\..*"))
                    .forEach(step -> crashes.add(Arguments.of(mode, step)));
        }
        return crashes.stream();
    }

    /** Wherever either agent is killed, asking again leads to the end, and at no moment does the capsule run twice. */
    @ParameterizedTest(name = "{0}, at {1}")
    @MethodSource("crashes")
    void anAgentThatIsKilledGoesOnWhereItWas(CapsuleMode mode, Step step) throws Exception {
        lead(mode);
        source.restart(step);
        target.restart(step);

        assertThat(migrate(mode)).isInstanceOf(Succeeded.class);

        assertOn(target, 2, mode);
        assertThat(evict(source, 1)).isInstanceOf(Succeeded.class);
        assertNothingOn(source);
    }

    /** The same when the guest cannot leave in the end: it is where it was, and nothing is at the other host. */
    @ParameterizedTest(name = "{0}, at {1}")
    @MethodSource("crashes")
    void anAgentThatIsKilledOnAWayThatLeadsBackCleansUp(CapsuleMode mode, Step step) throws Exception {
        lead(mode);
        source.restart(step);
        target.restart(step);
        source.host
                .faults()
                .fail("send-away", new ProblemException(ErrorCode.HOST_HYPERVISOR_FAILED, "unreachable"), 100);
        Landing landing = receive(mode);
        makeReady(mode, sendFiles(mode, landing));
        if (mode != CapsuleMode.NOT_DEFINED) {
            assertThat(sendAway(mode, landing)).isInstanceOf(Outcome.Failed.class);
        }

        assertThat(evict(target, 2)).isInstanceOf(Succeeded.class);

        assertNothingOn(target);
        assertOn(source, 1, mode);
    }

    /** Brings the capsule, whose guest runs in maintenance mode, into that mode. */
    private void lead(CapsuleMode mode) throws Exception {
        switch (mode) {
            case MAINTENANCE -> {}
            case SECURE -> source.done(source.envelope(3, new Command.SwitchToSecure(spec, TestAgent.VOLUME)));
            case NOT_DEFINED -> source.done(source.envelope(3, new Command.Stop(spec, 0)));
        }
    }

    private Outcome migrate(CapsuleMode mode) throws Exception {
        Landing landing = receive(mode);
        makeReady(mode, sendFiles(mode, landing));
        if (mode == CapsuleMode.NOT_DEFINED) {
            return done(target, 2, new Command.TakeOver(arriving, mode, Optional.empty()), operation, ++attempt);
        }
        Outcome left = sendAway(mode, landing);
        return left instanceof Succeeded succeeded
                ? takeOver(mode, succeeded.departure().orElseThrow().guest().orElseThrow())
                : left;
    }

    private Landing receive(CapsuleMode mode) throws Exception {
        Optional<Login> login = mode == CapsuleMode.NOT_DEFINED ? Optional.empty() : Optional.of(LOGIN);
        Outcome outcome =
                done(target, 2, new Command.Receive(arriving, TestAgent.IMAGE, mode, login), operation, ++attempt);
        return ((Succeeded) outcome).landing().orElseThrow();
    }

    private List<SentFile> sendFiles(CapsuleMode mode, Landing landing) throws Exception {
        Outcome outcome = done(source, 1, new Command.SendFiles(spec, mode, landing, 0), operation, ++attempt);
        return ((Succeeded) outcome).departure().orElseThrow().files();
    }

    private void makeReady(CapsuleMode mode, List<SentFile> files) throws Exception {
        Optional<SecureVolume> volume = mode == CapsuleMode.SECURE ? Optional.of(TestAgent.VOLUME) : Optional.empty();
        Outcome outcome = done(
                target, 2, new Command.MakeReady(arriving, TestAgent.IMAGE, mode, files, volume), operation, ++attempt);
        assertThat(outcome).isInstanceOf(Succeeded.class);
    }

    private Outcome sendAway(CapsuleMode mode, Landing landing) throws Exception {
        return done(source, 1, new Command.SendAway(spec, arriving, mode, landing, 2, 0), operation, ++attempt);
    }

    private Outcome takeOver(CapsuleMode mode, SentGuest guest) throws Exception {
        return done(target, 2, new Command.TakeOver(arriving, mode, Optional.of(guest)), operation, ++attempt);
    }

    private Outcome evict(TestAgent agent, long generation) throws Exception {
        return done(agent, generation, new Command.Evict(spec), OperationId.random(), 1);
    }

    private static void assertLeft(Outcome outcome, Found found) {
        assertThat(outcome)
                .isInstanceOfSatisfying(
                        Outcome.Failed.class,
                        failed -> assertThat(failed.found()).isEqualTo(found));
    }

    private Outcome done(TestAgent agent, long generation, Command command, OperationId id, int number)
            throws Exception {
        return done(agent, generation, 4, command, id, number);
    }

    /** Asks until it is done, starting the agent again when it has died. */
    private Outcome done(TestAgent agent, long generation, long sequence, Command command, OperationId id, int number)
            throws Exception {
        CommandEnvelope envelope = new CommandEnvelope(
                id, number, TestAgent.HOST, generation, sequence, "request-1", agent.now.plusSeconds(600), command);
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
        assertThat(source.host.hypervisor().violations()).isEmpty();
        assertThat(target.host.hypervisor().violations()).isEmpty();
    }

    private void assertOn(TestAgent agent, long generation, CapsuleMode mode) {
        SimulatedHost host = agent.host;
        boolean secure = mode == CapsuleMode.SECURE;
        Optional<GuestDomain> domain = host.hypervisor().find(capsule);
        assertThat(domain.isPresent()).isEqualTo(mode != CapsuleMode.NOT_DEFINED);
        domain.ifPresent(guest -> {
            assertThat(guest.generation()).isEqualTo(generation);
            assertThat(guest.state()).isEqualTo(GuestDomain.State.RUNNING);
            assertThat(guest.filter()).startsWith(secure ? "secure-" : "maintenance-");
            assertThat(guest.attached()).hasSize(secure ? Attachment.values().length : 0);
        });
        assertThat(host.storage().hasDisk(capsule)).isTrue();
        assertThat(host.storage().volumes()).containsExactly(capsule);
        assertThat(host.storage().hasCheckpoint(capsule)).isEqualTo(secure);
        assertThat(host.storage().isAwaited(capsule)).isFalse();
        assertThat(host.network().leased()).contains(spec.guest().ipv4());
        assertThat(host.network().open()).hasSize(mode == CapsuleMode.MAINTENANCE ? 1 : 0);
        assertThat(host.hypervisor().secretKeys()).isEmpty();
    }

    private void assertNothingOn(TestAgent agent) {
        assertThat(agent.host.hypervisor().all()).isEmpty();
        assertThat(agent.host.hypervisor().secretKeys()).isEmpty();
        assertThat(agent.host.storage().all()).isEmpty();
        assertThat(agent.host.storage().volumes()).isEmpty();
        assertThat(agent.host.storage().secure()).isEmpty();
        assertThat(agent.host.network().leased()).isEmpty();
        assertThat(agent.host.network().open()).isEmpty();
        assertThat(agent.listening).isEmpty();
    }
}
