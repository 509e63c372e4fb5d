package org.datacapsule.agent.result;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.datacapsule.common.id.ResultId;
import org.datacapsule.common.wire.ResultMessage;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** An agent that dies at any step of a result, and is started again, brings that one result to the store, once. */
class ResultCrashPointsTest {
    private final byte[] archive = archive(700_000);

    @TempDir
    private Path directory = Path.of("");

    @ParameterizedTest
    @EnumSource
    void theResultArrivesOnce(ResultStep death) throws Exception {
        try (TestResults agent = new TestResults(directory);
                GuestEnd guest = new GuestEnd(agent.socket())) {
            agent.start(Optional.of(death));

            CompletableFuture<ResultId> answered = CompletableFuture.supplyAsync(() -> release(guest));
            await().atMost(Duration.ofSeconds(20)).until(agent::isDead);
            agent.restart();

            ResultId result = answered.get(20, TimeUnit.SECONDS);
            await().atMost(Duration.ofSeconds(20)).until(() -> agent.spooled().isEmpty());
            assertThat(agent.store.stored).containsOnlyKeys(result);
            assertThat(agent.store.stored.get(result)).isEqualTo(archive);
            ResultMessage.Begin begin = agent.store.begun(result);
            assertThat(begin)
                    .isEqualTo(new ResultMessage.Begin(
                            result, agent.capsule, TestResults.HOST, 3, archive.length, begin.sha256(), agent.now));
        }
    }

    @Test
    void aGuestThatAsksAgainAfterARestartIsToldTheSame() throws Exception {
        try (TestResults agent = new TestResults(directory);
                GuestEnd guest = new GuestEnd(agent.socket())) {
            agent.start();
            String id = GuestEnd.newId();
            Optional<String> first = guest.send(id, archive);
            await().until(() -> agent.spooled().isEmpty());
            guest.hangUp();
            agent.restart();

            Optional<String> second = guest.ask(GuestEnd.end(id, archive), id);

            assertThat(second).isEqualTo(first).get().asString().startsWith("ok " + id);
            assertThat(agent.store.stored).hasSize(1);
        }
    }

    @Test
    void aDayCountsAcrossRestartsAndEndsAtMidnightUtc() throws Exception {
        try (TestResults agent = new TestResults(directory);
                GuestEnd guest = new GuestEnd(agent.socket())) {
            agent.start();
            for (int i = 0; i < agent.limits.perDay(); i++) {
                guest.release(archive(100 + i));
                guest.hangUp();
                agent.restart();
            }
            assertThat(refused(guest)).contains("has handed in 5 results today");

            agent.now = agent.now.plus(Duration.ofHours(12));

            guest.release(archive);
            await().until(() -> agent.store.stored.size() == agent.limits.perDay() + 1);
        }
    }

    private ResultId release(GuestEnd guest) {
        try {
            return guest.release(archive);
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    private String refused(GuestEnd guest) {
        String id = GuestEnd.newId();
        return guest.send(id, archive).orElseThrow();
    }

    static byte[] archive(int size) {
        byte[] bytes = new byte[size];
        new Random(size).nextBytes(bytes);
        return bytes;
    }
}
