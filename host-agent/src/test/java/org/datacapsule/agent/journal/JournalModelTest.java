package org.datacapsule.agent.journal;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.stream.Stream;
import org.datacapsule.agent.TestAgent;
import org.datacapsule.common.id.OperationId;
import org.datacapsule.common.secret.SecretBox;
import org.datacapsule.common.wire.CapsuleSpec;
import org.datacapsule.common.wire.Command;
import org.datacapsule.common.wire.CommandEnvelope;
import org.datacapsule.common.wire.Outcome;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Random histories against a model that is a map. The seed of a history that fails is in the message; put it into {@code
 * -Djournal.seed} to see it again.
 */
class JournalModelTest {
    private static final int HISTORIES = 20;
    private static final int ACTIONS = 60;
    private static final Instant NOW = Instant.parse("2026-01-01T00:00:00Z");

    /** What the journal should say of one operation. */
    private record Expected(CommandEnvelope envelope, String stage, boolean reported) {}

    @TempDir
    private Path directory = Path.of("");

    @Test
    void theJournalIsWhatWasDoneToItAlsoAfterCrashes() throws IOException {
        long first = Long.getLong("journal.seed", System.nanoTime());
        int histories = System.getProperty("journal.seed") == null ? HISTORIES : 1;
        for (int i = 0; i < histories; i++) {
            long seed = first + i;
            try (History history = new History(directory.resolve(Long.toString(seed)), seed)) {
                history.play();
            } catch (AssertionError | RuntimeException e) {
                throw new AssertionError("seed " + seed, e);
            }
        }
    }

    private static final class History implements AutoCloseable {
        private final Path place;
        private final Random random;
        private final SecretBox box = new SecretBox(new byte[32]);
        private final List<CapsuleSpec> capsules =
                Stream.generate(TestAgent::spec).limit(3).toList();
        private final Map<OperationId, Expected> model = new HashMap<>();
        private Journal journal;
        private long sequence;

        History(Path place, long seed) throws IOException {
            this.place = place;
            this.random = new Random(seed);
            this.journal = Journal.open(place, box, () -> NOW);
        }

        void play() throws IOException {
            for (int i = 0; i < ACTIONS; i++) {
                switch (random.nextInt(8)) {
                    case 0, 1 -> accept();
                    case 2 -> begin();
                    case 3 -> finish();
                    case 4 -> report();
                    case 5 -> retry();
                    case 6 -> restart();
                    default -> corrupt();
                }
                check();
            }
        }

        @Override
        public void close() throws IOException {
            journal.close();
        }

        private void accept() {
            CapsuleSpec spec = capsules.get(random.nextInt(capsules.size()));
            CommandEnvelope envelope = new CommandEnvelope(
                    OperationId.random(),
                    1,
                    TestAgent.HOST,
                    1 + random.nextInt(3),
                    ++sequence,
                    "r" + sequence,
                    NOW.plusSeconds(60),
                    TestAgent.launch(spec));
            journal.accept(envelope);
            model.put(envelope.operation(), new Expected(envelope, "accepted", false));
        }

        private void begin() {
            any("accepted").ifPresent(it -> {
                journal.begin(it.envelope().operation());
                model.put(it.envelope().operation(), new Expected(it.envelope(), "begun", false));
            });
        }

        private void finish() {
            any(random.nextBoolean() ? "begun" : "accepted").ifPresent(it -> {
                journal.finish(it.envelope().operation(), Outcome.Succeeded.DONE);
                model.put(it.envelope().operation(), new Expected(it.envelope(), "finished", false));
            });
        }

        private void report() {
            any("finished").ifPresent(it -> {
                boolean isThisAttempt = random.nextBoolean();
                journal.reported(it.envelope().operation(), it.envelope().attempt() + (isThisAttempt ? 0 : 1));
                if (isThisAttempt) {
                    model.put(it.envelope().operation(), new Expected(it.envelope(), "finished", true));
                }
            });
        }

        private void retry() {
            any("finished").ifPresent(it -> {
                CommandEnvelope next =
                        TestAgent.attempt(it.envelope(), it.envelope().attempt() + 1);
                journal.accept(next);
                model.put(next.operation(), new Expected(next, "accepted", false));
            });
        }

        private void restart() throws IOException {
            journal.close();
            journal = Journal.open(place, box, () -> NOW);
        }

        /** What a power cut may leave: half a new file beside the old; or, worse, a file that is no entry. */
        private void corrupt() throws IOException {
            List<OperationId> known = new ArrayList<>(model.keySet());
            if (random.nextBoolean() && !known.isEmpty()) {
                OperationId victim = known.get(random.nextInt(known.size()));
                Path file = fileOf(victim);
                Files.writeString(file.resolveSibling(file.getFileName() + ".tmp"), "{\"operation\":");
            } else {
                Files.writeString(place.resolve("torn-" + random.nextInt() + ".json"), "{\"operation\":\"");
            }
            restart();
        }

        private void check() throws IOException {
            assertThat(journal.entries()).hasSize(model.size());
            for (Expected expected : model.values()) {
                JournalEntry entry =
                        journal.find(expected.envelope().operation()).orElseThrow();
                assertThat(entry.attempt()).isEqualTo(expected.envelope().attempt());
                assertThat(entry.isReported()).isEqualTo(expected.reported());
                assertThat(stage(entry)).isEqualTo(expected.stage());
                if (!entry.isFinished()) {
                    Command command = journal.command(entry);
                    assertThat(command).isEqualTo(expected.envelope().command());
                }
            }
            for (CapsuleSpec spec : capsules) {
                assertThat(journal.newest(spec.id())).isEqualTo(newest(spec));
            }
            assertThat(journal.unfinished()).isSortedAccordingTo((a, b) -> Long.compare(a.sequence(), b.sequence()));
            try (Stream<Path> files = Files.list(place)) {
                for (Path file : files.toList()) {
                    assertThat(Files.readString(file)).doesNotContain(TestAgent.PASSWORD);
                }
            }
        }

        private Newest newest(CapsuleSpec spec) {
            Newest newest = Newest.NONE;
            for (Expected expected : model.values()) {
                CommandEnvelope envelope = expected.envelope();
                if (envelope.command().spec().id().equals(spec.id())) {
                    newest = new Newest(
                            Math.max(newest.generation(), envelope.generation()),
                            Math.max(newest.sequence(), envelope.sequence()));
                }
            }
            return newest;
        }

        private Path fileOf(OperationId operation) throws IOException {
            try (Stream<Path> files = Files.list(place)) {
                return files.filter(file -> file.toString().endsWith(operation + ".json"))
                        .findFirst()
                        .orElseThrow();
            }
        }

        private Optional<Expected> any(String stage) {
            List<Expected> fitting = model.values().stream()
                    .filter(it -> it.stage().equals(stage))
                    .sorted(Comparator.comparingLong(it -> it.envelope().sequence()))
                    .toList();
            return fitting.isEmpty() ? Optional.empty() : Optional.of(fitting.get(random.nextInt(fitting.size())));
        }

        private static String stage(JournalEntry entry) {
            return switch (entry.stage()) {
                case Stage.Accepted accepted -> "accepted";
                case Stage.Begun begun -> "begun";
                case Stage.Finished finished -> "finished";
            };
        }
    }
}
