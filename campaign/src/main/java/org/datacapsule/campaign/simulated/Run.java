package org.datacapsule.campaign.simulated;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;
import org.datacapsule.campaign.simulated.Happening.What;
import org.datacapsule.common.id.CapsuleId;
import org.datacapsule.devkit.check.Breach;
import org.datacapsule.devkit.check.Checker;
import org.datacapsule.devkit.check.QuotaSaid;
import org.datacapsule.devkit.check.Quotas;
import org.datacapsule.devkit.check.Results;
import org.datacapsule.devkit.check.Rows;
import org.datacapsule.devkit.check.Rule;
import org.datacapsule.router.RouterConfig;
import org.datacapsule.router.audit.AuditChain;

/** One run: what happens in it, and what is found when all has come to rest. */
final class Run {
    private static final Duration TO_REGISTER = Duration.ofSeconds(2);
    private static final Duration TO_ASK = Duration.ofSeconds(1);
    /** Past the deadline of anything that was begun. */
    private static final Duration TO_COME_TO_REST = Duration.ofMinutes(12);

    private static final Duration LOOK = Duration.ofSeconds(5);
    /** Two heartbeats of each host and a sweep. */
    private static final Duration TO_REPAIR = Duration.ofSeconds(30);

    private Run() {}

    /**
     * What came of a run.
     *
     * @param breaches empty when all was well
     * @param trace what happened, line by line
     * @param asked how often each verb was answered in which way
     */
    record Result(
            long seed, List<Happening> happenings, List<Breach> breaches, String trace, Map<String, Integer> asked) {
        boolean isGood() {
            return breaches.isEmpty();
        }
    }

    /** What a seed makes happen. */
    static List<Happening> happenings(long seed, Intensity intensity) {
        Random random = new Random(~seed);
        return Happening.draw(random, intensity.commands(), random.nextInt(intensity.faults() + 1));
    }

    /** How much happens in a run: so many commands, and at most so many faults. */
    record Intensity(int commands, int faults) {}

    static Result of(
            long seed,
            List<Happening> happenings,
            SimulatedDatabase rows,
            RouterConfig config,
            Keys keys,
            Path directory,
            Sabotage sabotage)
            throws SQLException, IOException {
        SeededRandomness.use(new Random(seed + 1));
        Path own = Files.createTempDirectory(directory, "run");
        try (World world = new World(seed, rows, config, keys, own, sabotage)) {
            Client client = new Client(world);
            world.run(TO_REGISTER);
            client.registerImage();
            world.run(TO_REGISTER);
            Duration last = Duration.ZERO;
            for (Happening happening : happenings) {
                world.time().after(happening.at(), () -> happen(world, client, happening.what()));
                last = happening.at();
            }
            world.run(last);
            List<Breach> breaches = new ArrayList<>(comeToRest(world));
            breaches.addAll(judge(world, client));
            return new Result(
                    seed, happenings, breaches, world.trace(), client.asking().counts());
        } finally {
            SeededRandomness.useOthers();
            delete(own);
            delete(directory.resolve("results"));
        }
    }

    private static void happen(World world, Client client, What what) {
        world.note("-- " + what);
        switch (what) {
            case What.Command it -> client.give(it);
            case What.Fence it -> client.fence(it);
            case What.AgentDies it -> {
                SimulatedMachine machine = world.machine(it.host());
                machine.process().dieAfter(it.afterSteps());
                later(world, it.away(), () -> {
                    machine.killAgent();
                    machine.startAgent();
                });
            }
            case What.RouterDies it -> {
                SimulatedRouter router = world.router(it.router());
                router.process().dieAfter(it.afterSteps());
                later(world, it.away(), () -> {
                    router.kill();
                    router.start();
                });
            }
            case What.HostDies it -> {
                SimulatedMachine machine = world.machine(it.host());
                machine.powerOff();
                later(world, it.away(), machine::powerOn);
            }
            case What.Cut it ->
                cut(world, world.machine(it.host()), List.of(world.router(it.router())), List.of(), it.time());
            case What.Isolated it -> cut(world, world.machine(it.host()), world.routers(), world.machines(), it.time());
            case What.BadWires it -> {
                world.wires().setBad(true);
                later(world, it.time(), () -> world.wires().setBad(false));
            }
            case What.LibvirtFails it -> {
                SimulatedMachine machine = world.machine(it.host());
                machine.setFailures(it.oneIn());
                later(world, it.time(), () -> machine.setFailures(0));
            }
            case What.DiskFull it -> {
                SimulatedMachine machine = world.machine(it.host());
                machine.setDiskFull(true);
                later(world, it.time(), () -> machine.setDiskFull(false));
            }
            case What.GuestEnds it -> {
                SimulatedMachine machine = world.machine(it.host());
                List<CapsuleId> guests = machine.host().hypervisor().all().keySet().stream()
                        .sorted(Comparator.comparing(CapsuleId::toString))
                        .toList();
                if (!guests.isEmpty()) {
                    machine.endGuest(guests.get(it.which() % guests.size()));
                }
            }
            case What.DeafGuests it ->
                world.machine(it.host()).host().hypervisor().ignorePowerButton(it.presses());
            case What.PostgresAway it -> {
                world.rows().setAway(true);
                later(world, it.time(), () -> world.rows().setAway(false));
            }
            case What.CommitsLost it -> {
                world.rows().setLostCommits(it.oneIn());
                later(world, it.time(), () -> world.rows().setLostCommits(0));
            }
        }
    }

    private static void cut(
            World world,
            SimulatedMachine machine,
            List<SimulatedRouter> routers,
            List<SimulatedMachine> machines,
            Duration time) {
        List<String> others = Stream.concat(
                        routers.stream().map(Node::name), machines.stream().map(Node::name))
                .filter(name -> !name.equals(machine.name()))
                .toList();
        others.forEach(other -> world.wires().cut(machine.name(), other));
        later(world, time, () -> others.forEach(other -> world.wires().heal(machine.name(), other)));
    }

    private static void later(World world, Duration after, Runnable what) {
        world.time().after(after, what);
    }

    /** All faults end, and nobody asks for anything more; answers what goes on for ever. */
    private static List<Breach> comeToRest(World world) throws SQLException {
        world.note("-- all faults end");
        world.wires().setBad(false);
        world.rows().setAway(false);
        world.rows().setLostCommits(0);
        for (SimulatedMachine machine : world.machines()) {
            machine.setFailures(0);
            machine.setDiskFull(false);
            machine.host().hypervisor().ignorePowerButton(0);
            world.routers().forEach(router -> world.wires().heal(machine.name(), router.name()));
            world.machines().forEach(other -> world.wires().heal(machine.name(), other.name()));
            machine.process().dieAfter(Integer.MAX_VALUE);
            machine.powerOn();
        }
        for (SimulatedRouter router : world.routers()) {
            router.process().dieAfter(Integer.MAX_VALUE);
            if (!router.isUp()) {
                router.start();
            }
        }
        for (Duration waited = Duration.ZERO; waited.compareTo(TO_COME_TO_REST) < 0; waited = waited.plus(LOOK)) {
            world.run(LOOK);
            if (isAtRest(world)) {
                world.run(TO_REPAIR);
                if (isAtRest(world)) {
                    return List.of();
                }
            }
        }
        return List.of(new Breach(Rule.NOTHING_PENDING, "the fleet has not come to rest within " + TO_COME_TO_REST));
    }

    private static boolean isAtRest(World world) throws SQLException {
        if (!world.machines().stream().allMatch(SimulatedMachine::isIdle)) {
            return false;
        }
        String work = "select exists (select from operation where state in ('QUEUED', 'RUNNING'))"
                + " or exists (select from eviction) or exists (select from host where fence_state is not null)";
        try (Statement statement = world.rows().admin().createStatement();
                ResultSet row = statement.executeQuery(work)) {
            return row.next() && !row.getBoolean(1);
        }
    }

    private static List<Breach> judge(World world, Client client) throws SQLException {
        List<QuotaSaid> quotas = client.quotas();
        world.run(TO_ASK);
        List<Breach> breaches = new ArrayList<>(world.seen());
        Rows rows = Rows.read(world.rows().admin());
        breaches.addAll(Checker.check(rows, world.hosts(), client.asking().asked()));
        breaches.addAll(Quotas.check(rows, quotas));
        breaches.addAll(Results.check(rows, world.hosts(), client.results()));
        try (Statement statement = world.rows().admin().createStatement();
                ResultSet written = statement.executeQuery("select rule, text from clock.breach")) {
            while (written.next()) {
                breaches.add(new Breach(Rule.valueOf(written.getString(1)), written.getString(2)));
            }
        }
        try {
            AuditChain.Report report = world.router(0).verifyChain();
            report.fault().ifPresent(fault -> breaches.add(new Breach(Rule.AUDITED, fault)));
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
        return breaches;
    }

    private static void delete(Path directory) throws IOException {
        if (Files.notExists(directory)) {
            return;
        }
        try (Stream<Path> walk = Files.walk(directory)) {
            for (Path path : walk.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(path);
            }
        }
    }
}
