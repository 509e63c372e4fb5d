package org.datacapsule.agent.observe;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.datacapsule.agent.hypervisor.CapsuleNetwork;
import org.datacapsule.agent.hypervisor.CapsuleStorage;
import org.datacapsule.agent.hypervisor.GuestDomain;
import org.datacapsule.agent.hypervisor.Hypervisor;
import org.datacapsule.agent.journal.Journal;
import org.datacapsule.agent.journal.JournalEntry;
import org.datacapsule.common.error.ProblemException;
import org.datacapsule.common.id.CapsuleId;
import org.datacapsule.common.wire.CapsuleSpec;
import org.datacapsule.common.wire.Leftover;
import org.datacapsule.common.wire.Leftover.Kind;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What the capsule network has of no capsule here: none has files for it, and no command that would need it is under way. */
public final class Leftovers {
    private static final Logger LOG = LoggerFactory.getLogger(Leftovers.class);
    /** To look takes a program and some calls of libvirt, so it is done with every so many heartbeats. */
    private static final int LOOK_EVERY = 20;

    private final Hypervisor hypervisor;
    private final CapsuleNetwork network;
    private final CapsuleStorage storage;
    private final Journal journal;
    private Optional<List<Leftover>> known = Optional.empty();
    private int asked;

    public Leftovers(Hypervisor hypervisor, CapsuleNetwork network, CapsuleStorage storage, Journal journal) {
        this.hypervisor = hypervisor;
        this.network = network;
        this.storage = storage;
        this.journal = journal;
    }

    /** As it was some heartbeats ago at most; empty where nobody can say. */
    public synchronized Optional<List<Leftover>> known() {
        if (asked++ % LOOK_EVERY == 0) {
            known = look();
        }
        return known;
    }

    /** Removes those of these that are of no capsule now. */
    public synchronized void sweep(List<Leftover> told) {
        if (told.isEmpty()) {
            return;
        }
        Set<Leftover> nobodys = new HashSet<>(look().orElse(List.of()));
        for (Leftover leftover : told) {
            if (nobodys.contains(leftover)) {
                LOG.atWarn().log("removed, as no capsule has it: {} {}", leftover.kind(), leftover.what());
                network.remove(leftover);
            }
        }
        known = look();
    }

    /** The network is read before its owners, so that what came after it is not missed among them. */
    private Optional<List<Leftover>> look() {
        try {
            List<Leftover> there = network.removable();
            Optional<Set<String>> addresses = owned();
            Set<String> filters = filtersInUse();
            return addresses.map(owned -> there.stream()
                    .filter(it ->
                            it.kind() == Kind.FILTER ? !filters.contains(it.what()) : !owned.contains(it.address()))
                    .toList());
        } catch (ProblemException e) {
            LOG.atDebug().setCause(e).log("nobody can say what is left over");
            return Optional.empty();
        }
    }

    /** The journal is read before the files: what a command has ended with in between is among these. Empty where files do not say. */
    private Optional<Set<String>> owned() {
        Set<String> addresses = new HashSet<>();
        for (JournalEntry entry : journal.entries()) {
            if (!entry.isFinished()) {
                addresses.add(journal.command(entry).spec().guest().ipv4());
            }
        }
        for (CapsuleId capsule : storage.all()) {
            Optional<CapsuleSpec> spec = storage.spec(capsule);
            if (spec.isEmpty()) {
                return Optional.empty();
            }
            addresses.add(spec.get().guest().ipv4());
        }
        return Optional.of(addresses);
    }

    private Set<String> filtersInUse() {
        List<String> filters = new ArrayList<>();
        for (GuestDomain domain : hypervisor.all().values()) {
            filters.add(domain.filter());
        }
        return Set.copyOf(filters);
    }
}
