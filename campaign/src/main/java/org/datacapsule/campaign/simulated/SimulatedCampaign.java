package org.datacapsule.campaign.simulated;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.LoggerContext;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.datacapsule.campaign.simulated.Run.Intensity;
import org.datacapsule.campaign.simulated.Run.Result;
import org.datacapsule.common.config.ConfigException;
import org.datacapsule.devkit.DevPostgres;
import org.datacapsule.devkit.check.Breach;
import org.datacapsule.devkit.check.Rule;
import org.datacapsule.router.RouterConfig;
import org.slf4j.LoggerFactory;

/** Runs simulations one after the other, on a database of their own. One thread. */
public final class SimulatedCampaign implements AutoCloseable {
    private static final Intensity USUAL = new Intensity(25, 12);
    private static final Path MEMORY = Path.of("/dev/shm");
    /** Of real time; a run takes less than a second. */
    private static final Duration LONGEST = Duration.ofMinutes(3);

    private final SimulatedDatabase rows;
    private final RouterConfig config;
    private final Keys keys;
    private final Path directory;

    private SimulatedCampaign(SimulatedDatabase rows, RouterConfig config, Keys keys, Path directory) {
        this.rows = rows;
        this.config = config;
        this.keys = keys;
        this.directory = directory;
    }

    /** To be called once in a JVM, before anything in it draws a random id: from then on they come from seeds. */
    public static void prepareJvm() {
        SeededRandomness.install();
        // One party runs at a time, and is woken soonest where the one before it was.
        System.setProperty("jdk.virtualThreadScheduler.parallelism", "1");
        ((LoggerContext) LoggerFactory.getILoggerFactory())
                .getLoggerList()
                .forEach(logger -> logger.setLevel(Level.OFF));
    }

    /** @param name of its database, which is made */
    public static SimulatedCampaign open(DevPostgres postgres, String name)
            throws IOException, SQLException, InterruptedException, ConfigException {
        Path directory = Files.createTempDirectory(
                Files.isWritable(MEMORY) ? MEMORY : Path.of(System.getProperty("java.io.tmpdir")), "campaign");
        RouterConfig config = Keys.routers(directory);
        return new SimulatedCampaign(
                SimulatedDatabase.open(postgres, name, config.quota()), config, Keys.make(), directory);
    }

    /**
     * What came of a run.
     *
     * @param happenings what was done to the fleet, line by line
     * @param trace what came of it, likewise
     */
    public record Outcome(long seed, List<Breach> breaches, String happenings, String trace) {
        public boolean isGood() {
            return breaches.isEmpty();
        }
    }

    /** One run in which something is broken on purpose. */
    public Outcome run(long seed, Sabotage sabotage) {
        return outcome(play(seed, Run.happenings(seed, USUAL), sabotage));
    }

    /** One run; the same seed is the same run. */
    public Outcome run(long seed) {
        return run(seed, Sabotage.NONE);
    }

    /** The same with as little happening in it as still breaks one of the rules it broke. */
    public Outcome shrunk(long seed) {
        Result least = play(seed, Run.happenings(seed, USUAL), Sabotage.NONE);
        Set<Rule> broken = rules(least);
        for (int size = Math.max(1, least.happenings().size() / 2); size >= 1; size /= 2) {
            for (int from = 0; from < least.happenings().size(); ) {
                List<Happening> fewer = new ArrayList<>(least.happenings());
                fewer.subList(from, Math.min(fewer.size(), from + size)).clear();
                Result without = play(seed, fewer, Sabotage.NONE);
                if (rules(without).stream().anyMatch(broken::contains)) {
                    least = without;
                } else {
                    from += size;
                }
            }
        }
        return outcome(least);
    }

    private static Set<Rule> rules(Result result) {
        Set<Rule> rules = new HashSet<>();
        result.breaches().forEach(breach -> rules.add(breach.rule()));
        return rules;
    }

    /** On a virtual thread, as its parties are: to hand on the floor costs least among those. */
    private Result play(long seed, List<Happening> happenings, Sabotage sabotage) {
        FutureTask<Result> run =
                new FutureTask<>(() -> Run.of(seed, happenings, rows, config, keys, directory, sabotage));
        Thread thread = Thread.ofVirtual().name("run " + seed).start(run);
        try {
            return ended(run, thread);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        } catch (ExecutionException e) {
            throw new IllegalStateException("the run of seed " + seed + " failed", e.getCause());
        }
    }

    /** One that goes on for ever says where. */
    private static Result ended(FutureTask<Result> run, Thread thread) throws InterruptedException, ExecutionException {
        try {
            return run.get(LONGEST.toSeconds(), TimeUnit.SECONDS);
        } catch (TimeoutException e) {
            thread.interrupt();
            return run.get();
        }
    }

    private static Outcome outcome(Result result) {
        StringBuilder happenings = new StringBuilder();
        result.happenings()
                .forEach(it ->
                        happenings.append(it.at()).append(' ').append(it.what()).append('\n'));
        return new Outcome(result.seed(), result.breaches(), happenings.toString(), result.trace());
    }

    @Override
    public void close() throws SQLException, IOException {
        rows.close();
        Files.deleteIfExists(directory.resolve("unread"));
        Files.deleteIfExists(directory);
    }
}
