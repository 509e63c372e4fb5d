package org.datacapsule.agent.result;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Stream;
import org.datacapsule.agent.config.ResultsConfig;
import org.datacapsule.agent.report.Routers;
import org.datacapsule.agent.step.Abandoned;
import org.datacapsule.agent.work.Threads;
import org.datacapsule.common.id.CapsuleId;
import org.datacapsule.common.id.HostId;
import org.datacapsule.common.id.ResultId;
import org.datacapsule.common.wire.ReportContract;

/** What an agent does with results, over a directory and a store that outlive it. It can die at a step. */
final class TestResults implements AutoCloseable {
    static final HostId HOST = new HostId("h1");
    static final long MIB = 1L << 20;

    final CapsuleId capsule = CapsuleId.random();
    final ReleaseStore store = new ReleaseStore();
    final List<ResultStep> reached = new CopyOnWriteArrayList<>();
    volatile Instant now = Instant.parse("2026-01-01T12:00:00Z");
    /** Whether the routers know of all that was done with the capsule. */
    volatile boolean settled = true;

    ResultsConfig limits = new ResultsConfig(MIB, 5, 8 * MIB);

    private final Path directory;
    private Optional<Life> life = Optional.empty();
    private Optional<Results> running = Optional.empty();

    TestResults(Path directory) {
        this.directory = directory;
    }

    /** One process. */
    private final class Life implements ResultSteps, Routers {
        private final Optional<ResultStep> deathAt;
        private volatile boolean dead;

        Life(Optional<ResultStep> deathAt) {
            this.deathAt = deathAt;
        }

        @Override
        public void reached(ResultStep step, CapsuleId of) {
            check();
            reached.add(step);
            if (deathAt.filter(step::equals).isPresent()) {
                dead = true;
                check();
            }
        }

        @Override
        public <Q, A> Optional<A> ask(ReportContract<Q, A> contract, Q question) throws InterruptedException {
            check();
            return store.ask(contract, question);
        }

        private void check() {
            if (dead) {
                throw new Abandoned("dead");
            }
        }
    }

    Path socket() {
        return directory.resolve(capsule + ".sock");
    }

    Path socket(CapsuleId of) {
        return directory.resolve(of + ".sock");
    }

    TestResults start() {
        return start(Optional.empty());
    }

    TestResults start(Optional<ResultStep> deathAt) {
        try {
            Life alive = new Life(deathAt);
            life = Optional.of(alive);
            Results results = Results.open(
                    HOST,
                    directory.resolve("results"),
                    limits,
                    this::socket,
                    alive,
                    any -> settled,
                    () -> now,
                    alive,
                    new ResultShipper.Waits(Duration.ofMillis(1), Duration.ofMillis(10), 2),
                    Threads.VIRTUAL);
            running = Optional.of(results);
            results.resume(Map.of(capsule, 3L));
            return this;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Has the guest hand something in. */
    ResultId release(GuestEnd guest, byte[] archive) throws IOException {
        return guest.release(archive);
    }

    boolean isStopped() {
        return running.isEmpty();
    }

    boolean isDead() {
        return life.orElseThrow().dead;
    }

    Results results() {
        return running.orElseThrow();
    }

    TestResults stop() {
        try {
            if (running.isPresent()) {
                running.get().stop();
            }
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
        running = Optional.empty();
        return this;
    }

    TestResults restart() {
        return stop().start();
    }

    /** Names of what is in the spool, but for the ledger. */
    List<String> spooled() {
        return names(directory.resolve("results")).stream()
                .filter(name -> !List.of("ledger", "refused").contains(name))
                .toList();
    }

    List<String> refused() {
        return names(directory.resolve("results").resolve("refused"));
    }

    Path refusedPlace() {
        return directory.resolve("results").resolve("refused");
    }

    @Override
    public void close() {
        stop();
    }

    private static List<String> names(Path of) {
        try (Stream<Path> files = Files.list(of)) {
            return files.map(file -> String.valueOf(file.getFileName()))
                    .sorted()
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
