package org.datacapsule.agent.report;

import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.datacapsule.agent.hypervisor.CapsuleStorage;
import org.datacapsule.agent.hypervisor.HostFacts;
import org.datacapsule.agent.journal.CommandKind;
import org.datacapsule.agent.journal.Journal;
import org.datacapsule.agent.journal.JournalEntry;
import org.datacapsule.agent.journal.Stage;
import org.datacapsule.agent.observe.CapsuleObserver;
import org.datacapsule.common.capsule.CapsuleEvent.Found;
import org.datacapsule.common.error.ProblemException;
import org.datacapsule.common.id.CapsuleId;
import org.datacapsule.common.wire.Capacity;
import org.datacapsule.common.wire.CapsuleObservation;
import org.datacapsule.common.wire.Heartbeat;
import org.datacapsule.common.wire.ImageStock;
import org.datacapsule.common.wire.Leftover;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Says what the host is and has, at this moment. */
public final class Heartbeats {
    private static final Logger LOG = LoggerFactory.getLogger(Heartbeats.class);

    private final HostProfile profile;
    private final HostFacts facts;
    private final CapsuleStorage storage;
    private final CapsuleObserver observer;
    private final Journal journal;
    private final LongSupplier recalled;
    private final Supplier<Optional<ImageStock>> imageStock;
    private final Supplier<Optional<List<Leftover>>> leftovers;
    private final Supplier<Optional<Long>> revocations;

    /**
     * @param recalled the epoch of the last recall that is done
     * @param imageStock what there is to say of images besides those that are here
     * @param leftovers what its network has of no capsule; empty where nobody can say
     * @param revocations the number of the lists of revoked certificates that it goes by; empty where it takes none
     */
    public Heartbeats(
            HostProfile profile,
            HostFacts facts,
            CapsuleStorage storage,
            CapsuleObserver observer,
            Journal journal,
            LongSupplier recalled,
            Supplier<Optional<ImageStock>> imageStock,
            Supplier<Optional<List<Leftover>>> leftovers,
            Supplier<Optional<Long>> revocations) {
        this.profile = profile;
        this.facts = facts;
        this.storage = storage;
        this.observer = observer;
        this.journal = journal;
        this.recalled = recalled;
        this.imageStock = imageStock;
        this.leftovers = leftovers;
        this.revocations = revocations;
    }

    /** What an operation's standing is for an observation: the last that was done or begun, and whether any goes on. */
    private record Standing(long sequence, boolean busy, boolean left) {
        static final Standing IDLE = new Standing(0, false, true);

        Standing and(JournalEntry entry) {
            if (entry.stage() instanceof Stage.Accepted) {
                return new Standing(sequence, true, left);
            }
            boolean isNewest = entry.sequence() >= sequence;
            boolean leftBefore = left && entry.sequence() == sequence;
            return new Standing(
                    Math.max(sequence, entry.sequence()),
                    busy || !entry.isFinished(),
                    isNewest ? leftBefore || LEAVING.contains(entry.kind()) : left);
        }
    }

    /** After these a host has nothing of the capsule, or need not. */
    private static final Set<CommandKind> LEAVING = EnumSet.of(
            CommandKind.DELETE,
            CommandKind.EVICT,
            CommandKind.RELINQUISH,
            CommandKind.DISCARD,
            CommandKind.SEND_AWAY,
            CommandKind.RECEIVE);

    /** @param link over which it is said */
    public Heartbeat now(UUID link) {
        return new Heartbeat(
                profile.host(),
                profile.incarnation(),
                link,
                profile.receiptKey(),
                profile.version(),
                profile.address(),
                facts.acceleration() + " (" + facts.because() + ")",
                capacity(),
                profile.ports(),
                profile.guests(),
                List.copyOf(storage.images()),
                observations(),
                recalled.getAsLong(),
                storage.pool(),
                storage.setAside(),
                imageStock.get(),
                leftovers.get(),
                revocations.get());
    }

    private Capacity capacity() {
        return new Capacity(
                facts.cpus(),
                Math.max(0, facts.memoryMb() - profile.memoryReserveMb()),
                Math.max(0, storage.totalDiskGb() - profile.diskReserveGb()));
    }

    /**
     * The journal is read before the host, so that what is found is never older than the sequence that is said of it; and
     * after it once more, so that a capsule at which work began in between passes for busy.
     */
    private List<CapsuleObservation> observations() {
        Map<CapsuleId, Standing> before = standings();
        Map<CapsuleId, Found> found = new HashMap<>();
        try {
            found.putAll(observer.all());
        } catch (ProblemException e) {
            LOG.atWarn().addKeyValue("hostId", profile.host()).log("capsules cannot be observed: {}", e.getMessage());
            return unknown(before);
        }
        // What was to be here and was removed by hand.
        before.forEach((capsule, standing) -> {
            if (!standing.left()) {
                found.putIfAbsent(capsule, Found.NOTHING);
            }
        });
        Map<CapsuleId, Standing> after = standings();
        List<CapsuleObservation> observations = new ArrayList<>();
        found.forEach((capsule, what) -> {
            Standing was = before.getOrDefault(capsule, Standing.IDLE);
            Standing is = after.getOrDefault(capsule, Standing.IDLE);
            observations.add(
                    new CapsuleObservation(capsule, was.sequence(), was.busy() || is.busy() || !was.equals(is), what));
        });
        return observations;
    }

    /** Not seen is not gone: while the hypervisor is away every capsule passes for busy. */
    private List<CapsuleObservation> unknown(Map<CapsuleId, Standing> standings) {
        Set<CapsuleId> capsules = new HashSet<>(storage.all());
        capsules.addAll(standings.keySet());
        return capsules.stream()
                .map(capsule -> new CapsuleObservation(
                        capsule, standings.getOrDefault(capsule, Standing.IDLE).sequence(), true, Found.UNSAID))
                .toList();
    }

    private Map<CapsuleId, Standing> standings() {
        Map<CapsuleId, Standing> standings = new HashMap<>();
        for (JournalEntry entry : journal.entries()) {
            Standing known = standings.getOrDefault(entry.capsule(), Standing.IDLE);
            standings.put(entry.capsule(), known.and(entry));
        }
        return standings;
    }
}
