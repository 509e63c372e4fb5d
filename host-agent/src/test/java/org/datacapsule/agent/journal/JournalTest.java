package org.datacapsule.agent.journal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Set;
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

class JournalTest {
    private static final Duration RETENTION = Duration.ofDays(2);

    private final CapsuleSpec spec = TestAgent.spec();
    private Instant now = Instant.parse("2026-01-01T00:00:00Z");

    @TempDir
    private Path directory = Path.of("");

    @Test
    void onlyTheOwnerCanReadItAndNoPasswordStandsInIt() throws IOException {
        Path place = directory.resolve("journal");
        try (Journal journal = open(place)) {
            CommandEnvelope launch = envelope(1, TestAgent.launch(spec));
            journal.accept(launch);
            assertThat(contents(place)).noneMatch(text -> text.contains(TestAgent.PASSWORD));
            journal.finish(launch.operation(), Outcome.Succeeded.DONE);
            assertThat(contents(place)).noneMatch(text -> text.contains("sealedCommand"));
        }

        assertThat(permissions(place)).isEqualTo("rwx------");
        try (Stream<Path> files = Files.list(place)) {
            assertThat(files).allSatisfy(file -> assertThat(permissions(file)).isEqualTo("rw-------"));
        }
    }

    @Test
    void aCapsuleIsSettledOnceARouterKnowsHowAllOfItEnded() throws IOException {
        try (Journal journal = open(directory)) {
            assertThat(journal.isSettled(spec.id())).isTrue();
            CommandEnvelope launch = envelope(1, TestAgent.launch(spec));
            journal.accept(launch);
            assertThat(journal.isSettled(spec.id())).isFalse();
            journal.finish(launch.operation(), Outcome.Succeeded.DONE);
            assertThat(journal.isSettled(spec.id())).isFalse();
            assertThat(journal.isSettled(TestAgent.spec().id())).isTrue();
            journal.reported(launch.operation(), launch.attempt());
            assertThat(journal.isSettled(spec.id())).isTrue();
        }
    }

    @Test
    void aSecondAgentIsKeptOut() throws IOException {
        try (Journal journal = open(directory)) {
            assertThat(journal.entries()).isEmpty();
            assertThatThrownBy(() -> open(directory))
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining("another agent");
        }
    }

    @Test
    void aTornFileIsSetAside() throws IOException {
        Path torn = Files.writeString(directory.resolve("torn.json"), "{");

        try (Journal journal = open(directory)) {
            assertThat(journal.entries()).isEmpty();
        }

        assertThat(torn).doesNotExist();
        assertThat(directory.resolve("torn.json.unreadable")).exists();
    }

    @Test
    void aTombstoneIsForgottenAfterTheRetentionAndNotBefore() throws IOException {
        try (Journal journal = open(directory)) {
            CommandEnvelope delete = finished(journal, envelope(4, new Command.Delete(spec)));
            JournalEntry tombstone = journal.find(delete.operation()).orElseThrow();
            assertThat(tombstone.isTombstone()).isTrue();

            now = now.plus(RETENTION);
            assertThat(journal.purge(now.minus(RETENTION), Set.of())).isZero();
            assertThat(journal.newest(spec.id())).isEqualTo(new Newest(1, 4));
            now = now.plusSeconds(1);
            assertThat(journal.purge(now.minus(RETENTION), Set.of())).isEqualTo(1);
            assertThat(journal.newest(spec.id())).isEqualTo(Newest.NONE);
        }
        try (Journal journal = open(directory)) {
            assertThat(journal.entries()).isEmpty();
        }
    }

    @Test
    void theNewestOfACapsuleThatIsHereIsKept() throws IOException {
        try (Journal journal = open(directory)) {
            finished(journal, envelope(1, TestAgent.create(spec)));
            finished(journal, envelope(2, TestAgent.launch(spec)));
            now = now.plus(RETENTION).plusSeconds(1);

            journal.purge(now.minus(RETENTION), Set.of(spec.id()));

            assertThat(journal.entries()).extracting(JournalEntry::sequence).containsExactly(2L);
        }
    }

    @Test
    void whatIsUnfinishedOrUnreportedIsNeverForgotten() throws IOException {
        try (Journal journal = open(directory)) {
            journal.accept(envelope(1, TestAgent.create(spec)));
            CommandEnvelope launch = envelope(2, TestAgent.launch(spec));
            journal.accept(launch);
            journal.finish(launch.operation(), Outcome.Succeeded.DONE);
            now = now.plus(RETENTION.multipliedBy(9));

            assertThat(journal.purge(now.minus(RETENTION), Set.of())).isZero();
        }
    }

    private CommandEnvelope finished(Journal journal, CommandEnvelope envelope) {
        journal.accept(envelope);
        journal.finish(envelope.operation(), Outcome.Succeeded.DONE);
        journal.reported(envelope.operation(), 1);
        return envelope;
    }

    private Journal open(Path place) throws IOException {
        return Journal.open(place, new SecretBox(new byte[32]), () -> now);
    }

    private CommandEnvelope envelope(long sequence, Command command) {
        return new CommandEnvelope(
                OperationId.random(), 1, TestAgent.HOST, 1, sequence, "r", now.plusSeconds(60), command);
    }

    private static List<String> contents(Path place) throws IOException {
        try (Stream<Path> files = Files.list(place)) {
            return files.map(JournalTest::content).toList();
        }
    }

    private static String content(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    private static String permissions(Path file) {
        try {
            return PosixFilePermissions.toString(Files.getPosixFilePermissions(file));
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }
}
