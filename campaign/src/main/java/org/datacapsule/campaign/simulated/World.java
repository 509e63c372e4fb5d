package org.datacapsule.campaign.simulated;

import java.nio.file.Path;
import java.security.PublicKey;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Collectors;
import org.datacapsule.agent.simulated.SimulatedHost;
import org.datacapsule.common.id.CapsuleId;
import org.datacapsule.common.id.HostId;
import org.datacapsule.devkit.check.Breach;
import org.datacapsule.devkit.check.Checker;
import org.datacapsule.devkit.check.HostView;
import org.datacapsule.devkit.check.HostView.Guest;
import org.datacapsule.devkit.check.Rule;
import org.datacapsule.router.RouterConfig;

/** A fleet that is simulated: routers, hosts, what is between them, and a time of its own. */
final class World implements AutoCloseable {
    static final String GUESTS = "10.90.0.0/26";
    private static final int HOSTS = 3;
    private static final int ROUTERS = 2;

    private static final Instant BEGIN = Instant.parse("2026-01-01T00:00:00Z");

    private final Random random;
    private final Timeline time;
    private final Wires wires;
    private final Sabotage sabotage;
    private final SimulatedDatabase rows;
    private final List<SimulatedMachine> machines = new ArrayList<>();
    private final List<SimulatedRouter> routers = new ArrayList<>();
    private final List<Breach> seen = new ArrayList<>();
    private final StringBuilder trace = new StringBuilder();

    World(long seed, SimulatedDatabase rows, RouterConfig config, Keys keys, Path directory, Sabotage sabotage)
            throws SQLException {
        this.random = new Random(seed);
        this.time = new Timeline(random, this::failed);
        this.wires = new Wires(time, random);
        this.rows = rows;
        rows.reset(time, random, sabotage);
        this.sabotage = sabotage;
        PublicKey routerKey = keys.commands().getPublic();
        for (int number = 1; number <= HOSTS; number++) {
            String name = "h" + number;
            rows.join(name);
            machines.add(new SimulatedMachine(this, name, directory.resolve(name), routerKey, keys.receipts(), random));
        }
        for (SimulatedMachine one : machines) {
            for (SimulatedMachine other : machines) {
                if (one != other) {
                    one.host().meet(other.host());
                }
            }
        }
        // Two of them have their capsules' disks on storage that both can reach.
        SimulatedMachine first = machine(0);
        SimulatedMachine second = machine(1);
        first.host()
                .storage()
                .share("pool", new HostId(first.name()), second.host().storage(), new HostId(second.name()));
        for (int number = 1; number <= ROUTERS; number++) {
            routers.add(new SimulatedRouter(this, "r" + number, rows, config, keys));
        }
        routers.forEach(SimulatedRouter::start);
        machines.forEach(SimulatedMachine::startAgent);
    }

    Timeline time() {
        return time;
    }

    Wires wires() {
        return wires;
    }

    Sabotage sabotage() {
        return sabotage;
    }

    SimulatedDatabase rows() {
        return rows;
    }

    List<SimulatedMachine> machines() {
        return machines;
    }

    SimulatedMachine machine(int number) {
        return machines.get(number % machines.size());
    }

    SimulatedMachine machine(String name) {
        return machines.stream()
                .filter(it -> it.name().equals(name))
                .findFirst()
                .orElseThrow();
    }

    List<SimulatedRouter> routers() {
        return routers;
    }

    SimulatedRouter router(int number) {
        return routers.get(number % routers.size());
    }

    SimulatedRouter anyRouter() {
        return router(random.nextInt(routers.size()));
    }

    /** A number from the run's own stream. */
    int draw(int below) {
        return random.nextInt(below);
    }

    /** A party of {@code process} has come to this step: it may die there, and others have their turn before it goes on. */
    void turn(Life process, String where) {
        process.throwIfDead();
        note(process.name() + " " + where);
        process.step();
        Party party = time.speaking();
        // A sweep holds what others wait for; so does whoever is told of a step on the scheduler's own turn.
        if (party != null && !party.name.startsWith("secure-sweeper") && !party.name.startsWith("answer")) {
            time.pause(time.between(0, draw(20) == 0 ? 3_000 : 30));
        }
    }

    /** Whether guests and files can be sent there. */
    boolean reaches(SimulatedMachine from, String libvirtUri) {
        return machines.stream()
                .filter(it -> it.host().whereabouts().libvirtUri().equals(libvirtUri))
                .anyMatch(to -> to.hasPower() && !wires.isCut(from.name(), to.name()));
    }

    /** Whatever must be so at every moment is looked at whenever a guest has come, gone or changed. */
    void look() {
        Checker.twice(hosts()).forEach(this::saw);
    }

    /** Something is wrong at this moment. */
    void saw(Breach breach) {
        if (!seen.contains(breach)) {
            seen.add(breach);
            note(breach.toString());
        }
    }

    /** A host that was fenced may work again: by now it has nothing of what was given away. */
    void readmitted(SimulatedMachine machine) {
        Set<CapsuleId> there = new HashSet<>(machine.host().storage().all());
        there.addAll(machine.host().hypervisor().all().keySet());
        rows.givenAway(machine.name()).stream()
                .filter(there::contains)
                .forEach(capsule -> saw(new Breach(
                        Rule.ONE_HOME,
                        "host " + machine.name() + " was fenced, may work again and still has capsule " + capsule
                                + ", which was given away")));
    }

    private void failed(Throwable failure) {
        StringBuilder text = new StringBuilder(String.valueOf(failure));
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            for (StackTraceElement element : cause.getStackTrace()) {
                if (element.getClassName().startsWith("org.datacapsule")) {
                    text.append(" < ").append(element);
                }
            }
        }
        note(text.toString());
        seen.add(new Breach(Rule.NO_SURPRISE, text.toString()));
    }

    /** What each host has. */
    List<HostView> hosts() {
        return machines.stream().map(World::view).toList();
    }

    private static HostView view(SimulatedMachine machine) {
        SimulatedHost host = machine.host();
        Map<UUID, Guest> guests = new HashMap<>();
        host.hypervisor()
                .all()
                .forEach((id, domain) -> guests.put(
                        id.value(),
                        new Guest(domain.generation(), host.network().isSecure(domain.filter()))));
        List<CapsuleId> files = new ArrayList<>(host.storage().all());
        files.addAll(host.storage().expected());
        files.addAll(host.storage().volumes());
        return new HostView(
                machine.name(),
                guests,
                ids(files),
                ids(host.network().leases()),
                ids(host.network().open()),
                ids(host.storage().secure().stream()
                        .filter(host.storage()::hasSecureOverlay)
                        .toList()),
                machine.spooled(),
                machine.refused());
    }

    private static Set<UUID> ids(Collection<CapsuleId> capsules) {
        return capsules.stream().map(CapsuleId::value).collect(Collectors.toSet());
    }

    /** What was seen to be wrong while it ran. */
    List<Breach> seen() {
        List<Breach> all = new ArrayList<>(seen);
        for (SimulatedMachine machine : machines) {
            machine.host().hypervisor().violations().forEach(it -> all.add(new Breach(Rule.DATA_STAYS_IN, it)));
            machine.host()
                    .storage()
                    .taintedImages()
                    .forEach(it -> all.add(new Breach(
                            Rule.DATA_STAYS_IN,
                            "image " + it + " was made while the capsule had something of secure mode")));
            machine.host()
                    .storage()
                    .taintedSnapshots()
                    .forEach(it -> all.add(new Breach(
                            Rule.DATA_STAYS_IN,
                            "snapshot " + it + " was taken while the capsule had something of secure mode")));
        }
        return all;
    }

    void note(String what) {
        trace.append(Duration.between(BEGIN, time.instant()))
                .append(' ')
                .append(what)
                .append('\n');
    }

    String trace() {
        return trace.toString();
    }

    /** Runs for this long, or until there is nothing more to come. */
    void run(Duration duration) {
        Instant end = time.instant().plus(duration);
        while (time.step(end)) {
            // The next.
        }
    }

    @Override
    public void close() {
        routers.forEach(SimulatedRouter::kill);
        machines.forEach(SimulatedMachine::close);
        run(Duration.ZERO);
    }
}
