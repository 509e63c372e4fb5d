package org.datacapsule.agent.result;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;
import org.datacapsule.agent.config.ResultsConfig;
import org.datacapsule.common.id.ResultId;
import org.datacapsule.common.wire.ResultMessage;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class ResultShipperTest {
    private final byte[] archive = ResultCrashPointsTest.archive(3 * ResultMessage.CHUNK + 5);

    private final TestResults agent;

    ResultShipperTest(@TempDir Path directory) {
        this.agent = new TestResults(directory);
    }

    @Test
    void itGoesOnWhereTheRoutersSay() throws Exception {
        try (agent;
                GuestEnd guest = new GuestEnd(agent.socket())) {
            agent.store.loseEvery = 3;
            ResultId result = agent.start().release(guest, archive);

            await().until(() -> agent.spooled().isEmpty());

            assertThat(agent.store.stored.get(result)).isEqualTo(archive);
            List<Long> offsets = agent.store.messages.stream()
                    .filter(ResultMessage.Chunk.class::isInstance)
                    .map(message -> ((ResultMessage.Chunk) message).offset())
                    .toList();
            assertThat(offsets).doesNotHaveDuplicates().isSorted();
        }
    }

    @Test
    void itWaitsForARouterAndForTheNextStart() throws Exception {
        try (agent;
                GuestEnd guest = new GuestEnd(agent.socket())) {
            agent.store.away = true;
            ResultId result = agent.start().release(guest, archive);
            agent.restart();
            assertThat(agent.spooled()).containsExactly(result.toString());

            agent.store.away = false;

            await().until(() -> agent.spooled().isEmpty());
            assertThat(agent.store.stored).containsOnlyKeys(result);
        }
    }

    @Test
    void itWaitsUntilTheRoutersKnowWhatWasDoneWithTheCapsule() throws Exception {
        try (agent;
                GuestEnd guest = new GuestEnd(agent.socket())) {
            agent.settled = false;
            ResultId result = agent.start().release(guest, archive);
            agent.restart();
            assertThat(agent.store.messages).isEmpty();

            agent.settled = true;

            await().until(() -> agent.store.stored.containsKey(result));
        }
    }

    @Test
    void whatIsRefusedIsKeptForAPersonAndAskedAboutNoMore() throws Exception {
        try (agent;
                GuestEnd guest = new GuestEnd(agent.socket())) {
            agent.store.refusing = true;
            ResultId result = agent.start().release(guest, archive);
            await().until(() -> agent.refused().contains(result.toString()));
            int asked = agent.store.messages.size();

            agent.restart();

            assertThat(agent.spooled()).isEmpty();
            assertThat(agent.refusedPlace().resolve(result.toString()).resolve("archive.tar"))
                    .hasBinaryContent(archive);
            assertThat(agent.store.messages).hasSize(asked);
        }
    }

    @Test
    void whatIsRefusedFillsTheSpoolUntilAPersonRemovesIt() throws Exception {
        agent.limits = new ResultsConfig(TestResults.MIB, 5, 4 * TestResults.MIB);
        try (agent;
                GuestEnd guest = new GuestEnd(agent.socket())) {
            agent.store.refusing = true;
            ResultId first = agent.start().release(guest, archive);
            await().until(() -> agent.refused().contains(first.toString()));
            agent.restart();
            guest.hangUp();
            String id = GuestEnd.newId();
            assertThat(guest.send(id, archive)).get().asString().contains("no room");

            remove(agent.refusedPlace().resolve(first.toString()));

            agent.release(guest, archive);
        }
    }

    private static void remove(Path place) throws IOException {
        try (Stream<Path> tree = Files.walk(place)) {
            tree.sorted(Comparator.reverseOrder()).forEach(path -> {
                try {
                    Files.delete(path);
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                }
            });
        }
    }
}
