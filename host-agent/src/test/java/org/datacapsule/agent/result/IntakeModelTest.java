package org.datacapsule.agent.result;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import org.datacapsule.agent.config.ResultsConfig;
import org.datacapsule.common.id.CapsuleId;
import org.datacapsule.common.id.Sha256;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Whatever a guest says in whatever order, against a model. The seed of a history that fails is in the message. */
class IntakeModelTest {
    private static final int HISTORIES = 30;
    private static final int LINES = 150;
    private static final Instant NOW = Instant.parse("2026-01-01T00:00:00Z");
    private static final ResultsConfig LIMITS = new ResultsConfig(9_000, 3, 36_000);

    @TempDir
    private Path directory = Path.of("");

    @Test
    void everyAnswerIsTheModels() throws Exception {
        long first = System.nanoTime();
        for (long seed = first; seed < first + HISTORIES; seed++) {
            try {
                new History(directory.resolve(Long.toString(seed)), new Random(seed)).play();
            } catch (AssertionError | RuntimeException e) {
                throw new AssertionError("seed " + seed, e);
            }
        }
    }

    private static final class History {
        private final Random random;
        private final Spool spool;
        private final Intake intake;
        private final Model model = new Model();
        private final List<String> names = new ArrayList<>();

        History(Path place, Random random) throws IOException {
            this.random = random;
            this.spool = Spool.open(place, LIMITS);
            Ledger ledger = Ledger.open(place.resolve("ledger"), List.of(), () -> NOW);
            this.intake = new Intake(
                    new Intake.Origin(TestResults.HOST, CapsuleId.random(), 1),
                    new Intake.Stores(spool, ledger, LIMITS, () -> NOW, (step, capsule) -> {}));
            for (int i = 0; i < 4; i++) {
                names.add(Integer.toString(i).repeat(32));
            }
        }

        void play() throws IOException {
            for (int i = 0; i < LINES; i++) {
                String line = line();
                ReleaseLine said = ReleaseLine.parse(line).orElseThrow();

                Intake.Answer answer = intake.take(said);

                // The result's id is random: the model says the rest.
                assertThat(answer.line().map(text -> text.replaceFirst("(^ok \\S+) \\S+", "$1")))
                        .as(line)
                        .isEqualTo(model.answer(said));
                assertThat(spool.waiting()).hasSameSizeAs(model.taken.keySet());
            }
            for (SpooledResult result : spool.waiting()) {
                assertThat(spool.read(result, 0)).isEqualTo(model.taken.get(result.transfer()));
            }
        }

        private String line() {
            String name = names.get(random.nextInt(names.size()));
            return switch (random.nextInt(8)) {
                case 0, 1 -> "b " + name;
                case 2, 3, 4 -> GuestEnd.data(bytes()).strip();
                case 5 -> "e " + name + " " + GuestEnd.sha256(new byte[] {1});
                default -> model.present().map(it -> end(it)).orElse("b " + name);
            };
        }

        private String end(String name) {
            return "e " + name + " " + GuestEnd.sha256(model.archive.toByteArray());
        }

        private byte[] bytes() {
            byte[] bytes = new byte[1 + random.nextInt(ReleaseLine.DATA)];
            random.nextBytes(bytes);
            return bytes;
        }
    }

    /** What should be said, without files, and with fewer words. */
    private static final class Model {
        final Map<String, byte[]> taken = new HashMap<>();
        final ByteArrayOutputStream archive = new ByteArrayOutputStream();
        private String transfer = "";
        private Optional<Refusal> refused = Optional.empty();
        private boolean complained;

        Optional<String> present() {
            return transfer.isEmpty() ? Optional.empty() : Optional.of(transfer);
        }

        Optional<String> answer(ReleaseLine line) {
            return switch (line) {
                case ReleaseLine.Begin begin -> begin(begin.transfer());
                case ReleaseLine.Data data -> data(data.bytes());
                case ReleaseLine.End end -> end(end.transfer(), end.sha256());
            };
        }

        private Optional<String> begin(String name) {
            forget();
            byte[] known = taken.get(name);
            if (known != null) {
                return Optional.of("ok " + name + " " + known.length);
            }
            transfer = name;
            return taken.size() == LIMITS.perDay() ? no(name, Refusal.TOO_MANY) : Optional.empty();
        }

        private Optional<String> data(ByteBuffer bytes) {
            if (transfer.isEmpty()) {
                boolean again = complained;
                complained = true;
                return again ? Optional.empty() : said(Intake.NOBODY, Refusal.NO_BEGINNING);
            }
            if (refused.isPresent()) {
                return Optional.empty();
            }
            if (archive.size() + bytes.remaining() > LIMITS.maxBytes()) {
                return no(transfer, Refusal.TOO_LARGE);
            }
            long held = taken.values().stream().mapToLong(each -> each.length).sum();
            if (held + archive.size() + bytes.remaining() > LIMITS.shareOfCapsule()) {
                return no(transfer, Refusal.NO_ROOM);
            }
            byte[] more = new byte[bytes.remaining()];
            bytes.duplicate().get(more);
            archive.writeBytes(more);
            return Optional.empty();
        }

        private Optional<String> end(String name, Sha256 sha256) {
            byte[] known = taken.get(name);
            if (known != null) {
                forget();
                return GuestEnd.sha256(known).equals(sha256.hex())
                        ? Optional.of("ok " + name + " " + known.length)
                        : said(name, Refusal.DAMAGED);
            }
            if (!name.equals(transfer)) {
                return said(name, Refusal.NO_BEGINNING);
            }
            if (refused.isPresent()) {
                return said(name, refused.get());
            }
            if (archive.size() == 0) {
                return no(name, Refusal.EMPTY);
            }
            if (!GuestEnd.sha256(archive.toByteArray()).equals(sha256.hex())) {
                return no(name, Refusal.DAMAGED);
            }
            taken.put(name, archive.toByteArray());
            String answer = "ok " + name + " " + archive.size();
            forget();
            return Optional.of(answer);
        }

        private Optional<String> no(String name, Refusal why) {
            archive.reset();
            refused = Optional.of(why);
            return said(name, why);
        }

        private static Optional<String> said(String name, Refusal why) {
            return Optional.of("no " + name + " " + why.words(LIMITS));
        }

        private void forget() {
            transfer = "";
            archive.reset();
            refused = Optional.empty();
            complained = false;
        }
    }
}
