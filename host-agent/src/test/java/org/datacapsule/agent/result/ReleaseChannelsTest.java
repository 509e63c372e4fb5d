package org.datacapsule.agent.result;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.Arrays;
import java.util.Optional;
import org.datacapsule.agent.TestAgent;
import org.datacapsule.agent.config.ResultsConfig;
import org.datacapsule.common.id.ResultId;
import org.datacapsule.common.wire.CapsuleSpec;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The host's end against a guest that may do anything. */
@Timeout(60)
class ReleaseChannelsTest {
    private final CapsuleSpec spec = TestAgent.spec();
    private final CapsuleSpec neighbour = TestAgent.spec();

    private final Path directory;
    private final TestResults agent;

    ReleaseChannelsTest(@TempDir Path directory) {
        this.directory = directory;
        this.agent = new TestResults(directory);
    }

    @Test
    void whatIsHandedInIsInTheStoreAndNobodyElseCouldReadItOnTheWay() throws Exception {
        try (agent;
                GuestEnd guest = opened(spec)) {
            agent.store.away = true;
            byte[] archive = ResultCrashPointsTest.archive(600_000);

            ResultId result = guest.release(archive);

            Path place = directory.resolve("results").resolve(result.toString());
            assertThat(permissions(place)).isEqualTo("rwx------");
            assertThat(permissions(place.resolve("archive.tar"))).isEqualTo("rw-------");
            agent.store.away = false;
            await().until(() -> agent.spooled().isEmpty());
            assertThat(agent.store.stored.get(result)).isEqualTo(archive);
            assertThat(agent.store.begun(result).capsule()).isEqualTo(spec.id());
            assertThat(agent.store.begun(result).generation()).isEqualTo(7);
        }
    }

    @Test
    void aFloodWithoutLinesTakesNothingFromTheNeighbour() throws Exception {
        try (agent;
                GuestEnd loud = opened(spec);
                GuestEnd quiet = opened(neighbour)) {
            Thread flood = Thread.ofPlatform().start(() -> flood(loud));

            quiet.release(ResultCrashPointsTest.archive(100_000));

            await().until(() -> agent.store.stored.size() == 1);
            agent.results().desk().close(spec.id());
            flood.join();
            assertThat(agent.spooled()).isEmpty();
        }
    }

    @Test
    void aThousandBeginningsLeaveNothingAndTheNextTransferIsTaken() throws Exception {
        try (agent;
                GuestEnd guest = opened(spec)) {
            for (int i = 0; i < 1000; i++) {
                guest.write("b " + GuestEnd.newId() + "\n");
                if (i % 20 == 0) {
                    guest.write(GuestEnd.data(new byte[] {1}));
                }
            }

            guest.release(new byte[] {1, 2, 3});

            await().until(() -> agent.store.stored.size() == 1);
            assertThat(agent.spooled()).isEmpty();
        }
    }

    @Test
    void whatIsTooLargeIsToldWhileItIsBeingSentAndTakesNoRoom() throws Exception {
        try (agent;
                GuestEnd guest = opened(spec)) {
            String id = GuestEnd.newId();
            byte[] tooLarge = ResultCrashPointsTest.archive((int) agent.limits.maxBytes() + 1);

            Optional<String> answer = guest.send(id, tooLarge);

            assertThat(answer).get().asString().contains("larger than 1 MiB");
            assertThat(agent.spooled()).isEmpty();
            guest.release(Arrays.copyOf(tooLarge, (int) agent.limits.maxBytes()));
        }
    }

    @Test
    void whileNoRouterTakesAnythingOneCapsuleFillsItsPartAndNoMore() throws Exception {
        agent.limits = new ResultsConfig(TestResults.MIB, 5, 4 * TestResults.MIB);
        try (agent;
                GuestEnd guest = opened(spec);
                GuestEnd other = opened(neighbour)) {
            agent.store.away = true;
            guest.release(ResultCrashPointsTest.archive(700_000));
            String id = GuestEnd.newId();

            assertThat(guest.send(id, ResultCrashPointsTest.archive(700_000)))
                    .get()
                    .asString()
                    .contains("no room");
            other.release(ResultCrashPointsTest.archive(700_000));
            agent.store.away = false;
            await().until(() -> agent.spooled().isEmpty());

            guest.hangUp();
            guest.release(ResultCrashPointsTest.archive(700_000));
        }
    }

    @Test
    void whatIsNotWholeWhenTheChannelClosesIsGone() throws Exception {
        try (agent;
                GuestEnd guest = opened(spec)) {
            guest.write("b " + GuestEnd.newId() + "\n" + GuestEnd.data(new byte[1000]));
            await().until(() -> agent.spooled().size() == 1);

            agent.results().desk().close(spec.id());

            assertThat(guest.read()).isEmpty();
            await().until(() -> agent.spooled().isEmpty());
        }
    }

    @Test
    void aGuestThatReadsNoAnswerIsClosedAllTheSame() throws Exception {
        try (agent;
                GuestEnd guest = opened(spec)) {
            Thread asking = Thread.ofPlatform().start(() -> askForEver(guest));
            await().pollDelay(Duration.ofMillis(300)).until(() -> true);

            agent.results().desk().close(spec.id());

            asking.join();
            assertThat(agent.spooled()).isEmpty();
        }
    }

    @Test
    void aChannelWhoseSocketIsNotThereEndsAndMayBeOpenedAgain() throws Exception {
        try (agent) {
            agent.start();
            agent.results().desk().open(spec.id(), 1, agent.socket(spec.id()));

            try (GuestEnd guest = new GuestEnd(agent.socket(spec.id()))) {
                agent.results().desk().open(spec.id(), 1, agent.socket(spec.id()));
                guest.release(new byte[] {1});
            }
        }
    }

    private GuestEnd opened(CapsuleSpec of) throws IOException {
        if (agent.isStopped()) {
            agent.start();
        }
        GuestEnd guest = new GuestEnd(agent.socket(of.id()));
        agent.results().desk().open(of.id(), 7, agent.socket(of.id()));
        return guest;
    }

    private static void flood(GuestEnd guest) {
        byte[] noise = new byte[1 << 20];
        Arrays.fill(noise, (byte) 'd');
        try {
            while (true) {
                guest.write(noise);
            }
        } catch (IOException e) {
            // the host has hung up
        }
    }

    private static void askForEver(GuestEnd guest) {
        try {
            while (true) {
                guest.write(GuestEnd.end(GuestEnd.newId(), new byte[0]));
            }
        } catch (IOException e) {
            // the host has hung up
        }
    }

    private static String permissions(Path of) throws IOException {
        return PosixFilePermissions.toString(Files.getPosixFilePermissions(of));
    }
}
