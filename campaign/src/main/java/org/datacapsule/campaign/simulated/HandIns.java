package org.datacapsule.campaign.simulated;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.datacapsule.agent.config.ResultsConfig;
import org.datacapsule.agent.hypervisor.GuestDomain.Attachment;
import org.datacapsule.agent.hypervisor.ReleaseDesk;
import org.datacapsule.agent.journal.Journal;
import org.datacapsule.agent.report.Routers;
import org.datacapsule.agent.result.ResultShipper.Waits;
import org.datacapsule.agent.result.Results;
import org.datacapsule.common.id.CapsuleId;
import org.datacapsule.common.id.HostId;

/** What one life of a simulated agent does with results: its own code, but for the socket that a guest would write to. */
final class HandIns {
    private static final ResultsConfig LIMITS = new ResultsConfig(1 << 20, 1_000, 64 << 20);
    /** Far more than there are at once, as a party that waits for its turn would hold up all. */
    private static final Waits WAITS = new Waits(Duration.ofMillis(500), Duration.ofSeconds(15), 1_000);

    private static final Pattern ID = Pattern.compile("[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}");

    private final SimulatedMachine machine;
    private final Results results;
    private final Map<CapsuleId, Long> open = new HashMap<>();
    private final Set<CapsuleId> busy = new HashSet<>();

    private HandIns(SimulatedMachine machine, Results results) {
        this.machine = machine;
        this.results = results;
    }

    /** Over what the last agent has left. */
    static HandIns open(
            World world, SimulatedMachine machine, Life life, Journal journal, Routers routers, PartyThreads threads)
            throws IOException {
        Results results = Results.open(
                new HostId(machine.name()),
                machine.spool(),
                LIMITS,
                capsule -> machine.spool(),
                routers,
                journal::isSettled,
                world.time(),
                (step, capsule) -> world.turn(life, "result " + step),
                WAITS,
                threads);
        return new HandIns(machine, results);
    }

    ReleaseDesk desk() {
        return new ReleaseDesk() {
            @Override
            public void open(CapsuleId capsule, long generation, Path socket) {
                open.put(capsule, generation);
            }

            @Override
            public void close(CapsuleId capsule) {
                open.remove(capsule);
            }
        };
    }

    /** Takes from guests that were in secure mode before, and ships what waits. */
    void resume() {
        machine.host().hypervisor().all().forEach((capsule, domain) -> {
            if (domain.attached().contains(Attachment.RELEASE_CHANNEL)) {
                open.put(capsule, domain.generation());
            }
        });
        results.resume();
    }

    /** A guest hands in an archive; empty when nobody listens to it, or still to what it said before. Else what it is told. */
    Optional<String> take(CapsuleId capsule, Archive archive) {
        Long generation = open.get(capsule);
        if (generation == null || !busy.add(capsule)) {
            return Optional.empty();
        }
        List<String> answers = results.take(capsule, generation, archive.lines());
        busy.remove(capsule);
        return answers.isEmpty() ? Optional.empty() : Optional.of(answers.getLast());
    }

    /** Of results that have a directory there. */
    static Set<UUID> in(Path directory) {
        if (!Files.isDirectory(directory)) {
            return Set.of();
        }
        try (Stream<Path> places = Files.list(directory)) {
            return places.map(place -> String.valueOf(place.getFileName()))
                    .filter(name -> ID.matcher(name).matches())
                    .map(UUID::fromString)
                    .collect(Collectors.toSet());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
