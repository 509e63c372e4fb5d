package org.datacapsule.agent;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.nio.file.Path;
import java.time.Duration;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.datacapsule.agent.hypervisor.GuestDomain;
import org.datacapsule.agent.journal.Stage;
import org.datacapsule.agent.step.Abandoned;
import org.datacapsule.agent.step.Step;
import org.datacapsule.common.capsule.CapsuleEvent.Found;
import org.datacapsule.common.capsule.CapsuleMode;
import org.datacapsule.common.error.ErrorCode;
import org.datacapsule.common.error.ProblemException;
import org.datacapsule.common.id.CapsuleId;
import org.datacapsule.common.id.SnapshotId;
import org.datacapsule.common.wire.CapsuleSpec;
import org.datacapsule.common.wire.Command;
import org.datacapsule.common.wire.CommandEnvelope;
import org.datacapsule.common.wire.ModeReceipt;
import org.datacapsule.common.wire.Outcome;
import org.datacapsule.common.wire.WireJson;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** An agent that dies at any step of any command, and is started again, ends as if nothing had happened. */
class CrashPointsTest {
    private static final SnapshotId SNAPSHOT = SnapshotId.random();

    private static final CapsuleSpec SPEC = TestAgent.spec();
    private static final Map<Case, Undisturbed> UNDISTURBED = new EnumMap<>(Case.class);

    @TempDir
    private Path directory = Path.of("");

    @BeforeAll
    static void lookOften() {
        Awaitility.setDefaultPollDelay(Duration.ZERO);
        Awaitility.setDefaultPollInterval(Duration.ofMillis(2));
    }

    @AfterAll
    static void lookAsUsual() {
        Awaitility.reset();
    }

    /** What has been walked; a step no command reaches would be a hole in the test. */
    enum Case {
        CREATE,
        LAUNCH,
        LAUNCH_THAT_FAILS,
        STOP,
        DELETE,
        INSPECT,
        SHARE_IMAGE,
        SHARE_IMAGE_THAT_FAILS,
        TAKE_SNAPSHOT,
        TAKE_SNAPSHOT_THAT_FAILS,
        REVERT_TO_SNAPSHOT,
        REVERT_TO_SNAPSHOT_THAT_FAILS,
        DELETE_SNAPSHOT,
        SYNC_KEYS,
        SWITCH_TO_SECURE,
        SWITCH_TO_SECURE_THAT_FAILS,
        SWITCH_TO_SECURE_THAT_CANNOT_GO_BACK,
        SWITCH_TO_MAINTENANCE,
        SWITCH_TO_MAINTENANCE_THAT_FAILS,
        STOP_IN_SECURE,
        DELETE_IN_SECURE,
        SYNC_KEYS_IN_SECURE
    }

    private static final Set<Case> RUNNING = EnumSet.of(
            Case.STOP,
            Case.DELETE,
            Case.INSPECT,
            Case.SYNC_KEYS,
            Case.SWITCH_TO_SECURE,
            Case.SWITCH_TO_SECURE_THAT_FAILS,
            Case.SWITCH_TO_SECURE_THAT_CANNOT_GO_BACK);
    private static final Set<Case> WITH_SNAPSHOT =
            EnumSet.of(Case.REVERT_TO_SNAPSHOT, Case.REVERT_TO_SNAPSHOT_THAT_FAILS, Case.DELETE_SNAPSHOT, Case.DELETE);
    private static final Set<Case> SECURE = EnumSet.of(
            Case.SWITCH_TO_MAINTENANCE,
            Case.SWITCH_TO_MAINTENANCE_THAT_FAILS,
            Case.STOP_IN_SECURE,
            Case.DELETE_IN_SECURE,
            Case.SYNC_KEYS_IN_SECURE);

    private record End(
            String outcome,
            Optional<GuestDomain> domain,
            Set<CapsuleId> open,
            Set<CapsuleId> leases,
            Set<CapsuleId> disks,
            List<String> keys,
            Set<CapsuleId> listening,
            Set<CapsuleId> leftOfSecure,
            int images,
            Set<CapsuleId> drafts,
            Set<SnapshotId> snapshots,
            Optional<SnapshotId> revertedTo) {}

    /** How a command ends that nothing happens to, and the steps it takes. */
    private record Undisturbed(End end, Set<Step> steps) {}

    /** Without what differs from run to run. */
    private static String words(Case command, Outcome outcome) {
        if (outcome instanceof Outcome.Succeeded succeeded
                && succeeded.receipt().isPresent()) {
            ModeReceipt receipt = WireJson.read(succeeded.receipt().get().receipt(), ModeReceipt.class);
            if (command == Case.DELETE_IN_SECURE) {
                // Once its files are gone there is nothing left to tell it from.
                return Outcome.Succeeded.DONE.toString();
            }
            return "receipt of " + receipt.mode() + " under " + receipt.policy() + " verified " + receipt.verifiedAt()
                    + " attached " + receipt.volumeAttachedAt();
        }
        if (outcome instanceof Outcome.Succeeded succeeded && succeeded.image().isPresent()) {
            return "an image of " + succeeded.image().get().bytes() + " bytes";
        }
        // The cause may be another one, where the run that met it was cut off; what is left may not.
        return outcome instanceof Outcome.Failed failed ? "failed, leaving " + failed.found() : outcome.toString();
    }

    /** Those of a migration take two: {@link MigrationTest}; those of a host that comes back are in {@link RecallTest}. */
    private static Stream<Step> stepsOnOneHost() {
        return Stream.of(Step.values())
                .filter(step -> !MigrationTest.isOfMigration(step) && !RecallTest.isOfRecall(step));
    }

    static Stream<Arguments> everyStepOfEveryCommand() {
        return Stream.of(Case.values()).flatMap(command -> stepsOnOneHost().map(step -> Arguments.of(command, step)));
    }

    @ParameterizedTest(name = "{0} killed at {1}")
    @MethodSource("everyStepOfEveryCommand")
    void endsAsIfNothingHadHappened(Case command, Step step) throws Exception {
        Undisturbed undisturbed = undisturbed(command);
        if (!undisturbed.steps().contains(step)) {
            // Nothing dies there.
            return;
        }

        End disturbed = run(command, Optional.of(step), agent -> {});

        assertThat(disturbed).isEqualTo(undisturbed.end());
    }

    private Undisturbed undisturbed(Case command) throws Exception {
        Undisturbed known = UNDISTURBED.get(command);
        if (known == null) {
            Set<Step> steps = EnumSet.noneOf(Step.class);
            End end = run(command, Optional.empty(), agent -> {
                await().until(() -> agent.stepsReached.contains(Step.OUTCOME_SETTLED));
                steps.addAll(agent.stepsReached);
            });
            known = new Undisturbed(end, steps);
            UNDISTURBED.put(command, known);
        }
        return known;
    }

    @Test
    void everyStepIsReachedBySomeCommand() throws Exception {
        Set<Step> reached = EnumSet.noneOf(Step.class);
        for (Case command : Case.values()) {
            try (TestAgent agent = new TestAgent(directory.resolve(command.name())).start()) {
                prepare(agent, command);
                agent.done(agent.envelope(10, command(command)));
                await().until(() -> agent.journal().unreported().isEmpty());
                await().until(() -> agent.stepsReached.contains(Step.OUTCOME_SETTLED));
                reached.addAll(agent.stepsReached);
            }
        }

        assertThat(reached).containsExactlyInAnyOrderElementsOf(stepsOnOneHost().toList());
    }

    private End run(Case command, Optional<Step> death, Consumer<TestAgent> look) throws Exception {
        Path journal = directory.resolve(command + "-" + death.map(Step::name).orElse("undisturbed"));
        try (TestAgent agent = new TestAgent(journal).start()) {
            prepare(agent, command);
            agent.stop();
            agent.stepsReached.clear();
            agent.start(death);
            CommandEnvelope envelope = agent.envelope(10, command(command));
            askUntilDoneOrDead(agent, envelope);
            agent.restart();
            // The router asks again: the command it sent may never have been journaled.
            agent.send(envelope);
            Outcome outcome = agent.report(envelope).outcome();
            assertThat(agent.host.hypervisor().violations()).isEmpty();
            await().atMost(Duration.ofSeconds(10))
                    .until(() -> agent.journal().unreported().isEmpty());
            assertSettledAndWiped(agent, envelope);
            look.accept(agent);
            return new End(
                    words(command, outcome),
                    agent.host.hypervisor().find(SPEC.id()),
                    agent.host.network().open(),
                    agent.host.network().leases(),
                    agent.host.storage().all(),
                    agent.host.hypervisor().authorizedKeys(SPEC.id()),
                    Set.copyOf(agent.listening),
                    agent.host.storage().secure(),
                    agent.host.storage().images().size(),
                    agent.host.storage().drafts(),
                    agent.host.storage().snapshots(SPEC.id()),
                    agent.host.storage().revertedTo(SPEC.id()));
        }
    }

    private static void askUntilDoneOrDead(TestAgent agent, CommandEnvelope envelope) {
        try {
            agent.send(envelope);
        } catch (Abandoned e) {
            assertThat(agent.isDead()).isTrue();
        }
        await().atMost(Duration.ofSeconds(10))
                .until(() -> agent.isDead()
                        || agent.journal()
                                .find(envelope.operation())
                                .filter(entry -> entry.isReported())
                                .isPresent());
    }

    private static void assertSettledAndWiped(TestAgent agent, CommandEnvelope envelope) {
        assertThat(agent.journal().unfinished()).isEmpty();
        assertThat(agent.journal().find(envelope.operation()).orElseThrow().stage())
                .isInstanceOf(Stage.Finished.class);
    }

    private void prepare(TestAgent agent, Case command) throws InterruptedException {
        if (command != Case.CREATE) {
            agent.done(agent.envelope(1, TestAgent.create(SPEC)));
        }
        if (WITH_SNAPSHOT.contains(command)) {
            agent.done(agent.envelope(2, new Command.TakeSnapshot(SPEC, TestAgent.IMAGE, SNAPSHOT)));
        }
        if (RUNNING.contains(command) || SECURE.contains(command)) {
            agent.done(agent.envelope(3, TestAgent.launch(SPEC)));
        }
        if (SECURE.contains(command)) {
            agent.done(agent.envelope(4, new Command.SwitchToSecure(SPEC, TestAgent.VOLUME)));
        }
        await().until(() -> agent.journal().unreported().isEmpty());
        agent.reports.clear();
        if (command == Case.LAUNCH_THAT_FAILS) {
            fail(agent, "start");
        }
        if (command == Case.SHARE_IMAGE_THAT_FAILS) {
            fail(agent, "keep-flattened");
        }
        if (command == Case.TAKE_SNAPSHOT_THAT_FAILS) {
            fail(agent, "take-snapshot");
        }
        if (command == Case.REVERT_TO_SNAPSHOT_THAT_FAILS) {
            fail(agent, "revert-to-snapshot");
        }
        if (command == Case.SWITCH_TO_SECURE_THAT_FAILS || command == Case.SWITCH_TO_SECURE_THAT_CANNOT_GO_BACK) {
            fail(agent, "attach-volume");
        }
        if (command == Case.SWITCH_TO_MAINTENANCE_THAT_FAILS || command == Case.SWITCH_TO_SECURE_THAT_CANNOT_GO_BACK) {
            fail(agent, "restore");
        }
    }

    private static void fail(TestAgent agent, String verb) {
        agent.host.faults().fail(verb, new ProblemException(ErrorCode.HOST_HYPERVISOR_FAILED, "no"), 100);
    }

    private Command command(Case command) {
        return switch (command) {
            case CREATE -> TestAgent.create(SPEC);
            case LAUNCH, LAUNCH_THAT_FAILS -> TestAgent.launch(SPEC);
            case STOP, STOP_IN_SECURE -> new Command.Stop(SPEC, 20);
            case DELETE, DELETE_IN_SECURE -> new Command.Delete(SPEC);
            case INSPECT -> new Command.Inspect(SPEC);
            case SHARE_IMAGE, SHARE_IMAGE_THAT_FAILS -> new Command.ShareImage(SPEC, TestAgent.IMAGE);
            case TAKE_SNAPSHOT, TAKE_SNAPSHOT_THAT_FAILS -> new Command.TakeSnapshot(SPEC, TestAgent.IMAGE, SNAPSHOT);
            case REVERT_TO_SNAPSHOT, REVERT_TO_SNAPSHOT_THAT_FAILS ->
                new Command.RevertToSnapshot(SPEC, TestAgent.IMAGE, SNAPSHOT);
            case DELETE_SNAPSHOT -> new Command.DeleteSnapshot(SPEC, TestAgent.IMAGE, SNAPSHOT);
            case SYNC_KEYS, SYNC_KEYS_IN_SECURE ->
                new Command.SyncKeys(SPEC, "alice", List.of("ssh-ed25519 AAAA alice"), true);
            case SWITCH_TO_SECURE, SWITCH_TO_SECURE_THAT_FAILS, SWITCH_TO_SECURE_THAT_CANNOT_GO_BACK ->
                new Command.SwitchToSecure(SPEC, TestAgent.VOLUME);
            case SWITCH_TO_MAINTENANCE, SWITCH_TO_MAINTENANCE_THAT_FAILS -> new Command.SwitchToMaintenance(SPEC);
        };
    }

    @Test
    void anEndInSecureModeIsTestifiedToOnce() throws Exception {
        for (Command last : List.of(new Command.Stop(SPEC, 0), new Command.Delete(SPEC))) {
            try (TestAgent agent =
                    new TestAgent(directory.resolve(last.getClass().getSimpleName())).start()) {
                agent.done(agent.envelope(1, TestAgent.create(SPEC)));
                agent.done(agent.envelope(2, TestAgent.launch(SPEC)));
                agent.done(agent.envelope(3, new Command.SwitchToSecure(SPEC, TestAgent.VOLUME)));
                CommandEnvelope end = agent.envelope(4, last);

                Optional<ModeReceipt> receipt = receipt(agent.done(end).outcome());

                assertThat(receipt.orElseThrow().mode()).isEqualTo(CapsuleMode.NOT_DEFINED);
                assertThat(receipt.get().operation()).isEqualTo(end.operation());
                assertThat(receipt.get().verified()).isNotEmpty();
                assertThat(receipt(agent.done(agent.envelope(5, new Command.Delete(SPEC)))
                                .outcome()))
                        .as("of the operation after it")
                        .isEmpty();
            }
        }
    }

    @Test
    void anEndInMaintenanceHasNothingToTestifyTo() throws Exception {
        try (TestAgent agent = new TestAgent(directory.resolve("plain")).start()) {
            agent.done(agent.envelope(1, TestAgent.create(SPEC)));
            agent.done(agent.envelope(2, TestAgent.launch(SPEC)));
            agent.done(agent.envelope(3, new Command.SwitchToSecure(SPEC, TestAgent.VOLUME)));
            agent.done(agent.envelope(4, new Command.SwitchToMaintenance(SPEC)));

            assertThat(receipt(agent.done(agent.envelope(5, new Command.Stop(SPEC, 0)))
                            .outcome()))
                    .isEmpty();
        }
    }

    private static Optional<ModeReceipt> receipt(Outcome outcome) {
        return ((Outcome.Succeeded) outcome)
                .receipt()
                .map(signed -> WireJson.read(signed.receipt(), ModeReceipt.class));
    }

    @Test
    void aBegunLaunchThatADeleteCancelsIsTakenBackAfterACrash() throws Exception {
        try (TestAgent agent = new TestAgent(directory.resolve("cancelled")).start()) {
            agent.done(agent.envelope(1, TestAgent.create(SPEC)));
            agent.stop();
            CommandEnvelope launch = agent.envelope(2, TestAgent.launch(SPEC));
            agent.start(Optional.of(Step.LAUNCH_SSH_OPENED));
            askUntilDoneOrDead(agent, launch);
            agent.stop();
            CommandEnvelope inspect = agent.envelope(3, new Command.Inspect(SPEC));
            agent.extra = (step, operation) -> {
                if (step == Step.COMMAND_BEGUN && operation.operation().equals(launch.operation())) {
                    agent.send(inspect);
                }
            };

            agent.start();

            assertThat(agent.report(launch).outcome()).isInstanceOf(Outcome.Failed.class);
            assertThat(agent.report(inspect).outcome()).isEqualTo(Outcome.Succeeded.found(Found.STOPPED));
            assertThat(agent.host.network().open()).isEmpty();
        }
    }
}
