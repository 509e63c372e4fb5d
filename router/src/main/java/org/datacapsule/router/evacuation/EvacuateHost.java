package org.datacapsule.router.evacuation;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.datacapsule.common.capsule.CapsuleEvent.Requested;
import org.datacapsule.common.capsule.CapsuleLife;
import org.datacapsule.common.capsule.CapsuleState;
import org.datacapsule.common.capsule.OperationKind;
import org.datacapsule.common.capsule.Transition.Moved;
import org.datacapsule.common.error.ErrorCode;
import org.datacapsule.common.error.ProblemException;
import org.datacapsule.common.id.CapsuleId;
import org.datacapsule.common.id.HostId;
import org.datacapsule.common.wire.GuestNetwork;
import org.datacapsule.router.capsule.Capsule;
import org.datacapsule.router.capsule.CapsuleStore;
import org.datacapsule.router.capsule.StartOperation;
import org.datacapsule.router.database.Database;
import org.datacapsule.router.database.Tx;
import org.datacapsule.router.evacuation.Evacuation.Disk;
import org.datacapsule.router.event.EventLog;
import org.datacapsule.router.host.HostStore;
import org.datacapsule.router.host.PortPair;
import org.datacapsule.router.host.PortStore;
import org.datacapsule.router.http.Call;
import org.datacapsule.router.http.Reply;
import org.datacapsule.router.migration.Eviction;
import org.datacapsule.router.migration.EvictionStore;
import org.datacapsule.router.placement.Candidate;
import org.datacapsule.router.placement.Demand;
import org.datacapsule.router.placement.Placement;
import org.datacapsule.router.placement.PlacementPolicy;

/**
 * Gives the capsules of a fenced host other homes: with their disks where a host that shares the storage has room, made anew
 * from their images only where that was asked for. Those that get none stay where they are, named with the reason.
 */
public final class EvacuateHost {
    private final Database database;
    private final CapsuleStore capsules;
    private final HostStore hosts;
    private final PortStore ports;
    private final EvictionStore evictions;
    private final EvacuationStore evacuations;
    private final StartOperation start;
    private final EventLog events;
    private final PlacementPolicy policy;
    private final GuestNetwork network;

    public EvacuateHost(
            Database database,
            CapsuleStore capsules,
            HostStore hosts,
            PortStore ports,
            EvictionStore evictions,
            EvacuationStore evacuations,
            StartOperation start,
            EventLog events,
            PlacementPolicy policy,
            GuestNetwork network) {
        this.database = database;
        this.capsules = capsules;
        this.hosts = hosts;
        this.ports = ports;
        this.evictions = evictions;
        this.evacuations = evacuations;
        this.start = start;
        this.events = events;
        this.policy = policy;
        this.network = network;
    }

    /** A capsule's new home. */
    private record Place(HostId host, PortPair ports, Disk disk) {}

    public Reply evacuate(Call call) throws InterruptedException {
        HostId host = call.parameters().parsed("id", HostId::new);
        boolean anew = call.parameters().optionalFlag("anew").orElse(false);
        Optional<CapsuleId> only = call.parameters().has("capsule")
                ? Optional.of(call.parameters().parsed("capsule", CapsuleId::parse))
                : Optional.empty();
        List<CapsuleId> there = database.transaction(tx -> {
            requireFenced(tx, host);
            return evacuations.of(tx, host);
        });
        JsonArray evacuating = new JsonArray();
        JsonArray staying = new JsonArray();
        for (CapsuleId capsule : there) {
            if (only.isEmpty() || only.get().equals(capsule)) {
                evacuate(call, host, capsule, anew, evacuating, staying);
            }
        }
        return Reply.ok(new JsonObject()
                .put("id", host.value())
                .put("evacuating", evacuating)
                .put("staying", staying));
    }

    /** A transaction each, so that one capsule's reason to stay is no other's. */
    private void evacuate(Call call, HostId host, CapsuleId id, boolean anew, JsonArray evacuating, JsonArray staying)
            throws InterruptedException {
        try {
            evacuating.add(database.transaction(tx -> {
                requireFenced(tx, host);
                Capsule capsule = capsules.lock(tx, id)
                        .orElseThrow(() ->
                                new ProblemException(ErrorCode.CAPSULE_NOT_FOUND, "It was deleted a moment ago."));
                return capsule.host().equals(host)
                        ? toAnother(tx, call, capsule, anew)
                        : again(tx, call, capsule, host);
            }));
        } catch (ProblemException e) {
            staying.add(new JsonObject()
                    .put("vmid", id.toString())
                    .put("code", e.problem().code().slug())
                    .put("description", e.problem().detail()));
        }
    }

    private JsonObject toAnother(Tx tx, Call call, Capsule capsule, boolean anew) throws InterruptedException {
        Moved moved = requireMovable(tx, capsule);
        Place place = place(tx, capsule, anew);
        start.cancelAtWork(tx, capsule);
        capsules.move(tx, capsule, moved.to());
        evacuations.flip(tx, capsule.id(), place.host(), place.ports());
        Capsule there = new Capsule(
                capsule.id(), capsule.type(), moved.to(), place.host(), capsule.generation() + 1, capsule.sequence());
        Evacuation evacuation = new Evacuation(capsule.host(), place.disk());
        JsonObject started = begin(
                tx,
                call,
                there,
                moved,
                evacuation,
                () -> evictions.insert(
                        tx,
                        capsule.id(),
                        capsule.host(),
                        capsule.generation(),
                        Eviction.Work.SET_ASIDE,
                        call.requestId()));
        events.add(
                tx,
                capsule.id(),
                "capsule.evacuated",
                new JsonObject()
                        .put("from", capsule.host().value())
                        .put("to", place.host().value())
                        .put("disk", place.disk().name()));
        return started;
    }

    /** An evacuation that failed is tried again where it led: nothing else knows what has come there already. */
    private JsonObject again(Tx tx, Call call, Capsule capsule, HostId from) throws InterruptedException {
        Evacuation failed = evacuations
                .newest(tx, capsule.id())
                .filter(it -> it.from().equals(from) && capsule.status().state() == CapsuleState.ERROR)
                .orElseThrow(() -> new ProblemException(
                        ErrorCode.CAPSULE_INVALID_STATE, "It has another home since a moment ago."));
        Moved moved = requireMovable(tx, capsule);
        capsules.move(tx, capsule, moved.to());
        return begin(tx, call, capsule, moved, failed, () -> {});
    }

    /** What belongs to the flip. */
    @FunctionalInterface
    private interface Leaving {
        void write() throws InterruptedException;
    }

    private JsonObject begin(Tx tx, Call call, Capsule there, Moved moved, Evacuation evacuation, Leaving leaving)
            throws InterruptedException {
        Reply reply = start.begin(tx, call, there, OperationKind.EVACUATE, moved.to(), operation -> {
            evacuations.insert(tx, operation, there.id(), evacuation);
            // After the operation has its place in the capsule's order, so that it fences off all that came before.
            leaving.write();
        });
        return new JsonObject()
                .mergeIn(new JsonObject(reply.body().encode()))
                .put("to", there.host().value())
                .put("disk", evacuation.disk().name());
    }

    private Moved requireMovable(Tx tx, Capsule capsule) throws InterruptedException {
        if (evacuations.isMigrating(tx, capsule.id())) {
            throw new ProblemException(
                    ErrorCode.CAPSULE_INVALID_STATE,
                    "A migration of it is under way, so the other host may have it. Cancel the migration or wait for its end,"
                            + " then ask again.");
        }
        return switch (CapsuleLife.next(capsule.status(), new Requested(OperationKind.EVACUATE))) {
            case Moved moved -> moved;
            default ->
                throw new ProblemException(
                        ErrorCode.CAPSULE_INVALID_STATE, "It is being deleted, which waits for its host.");
        };
    }

    private Place place(Tx tx, Capsule capsule, boolean anew) throws InterruptedException {
        Demand demand = capsules.demand(tx, capsule.id(), network);
        List<HostId> pool = evacuations.poolOf(tx, capsule.host());
        // What was never made has nothing to lose.
        boolean isNew = capsule.status().state() == CapsuleState.CREATE_PENDING;
        if (!pool.isEmpty() && !isNew) {
            Optional<Place> adopted = among(tx, capsule, demand, Optional.of(new HashSet<>(pool)), Disk.ADOPTED);
            if (adopted.isPresent()) {
                return adopted.get();
            }
        }
        if (anew || isNew) {
            return among(tx, capsule, demand, Optional.empty(), Disk.ANEW)
                    .orElseThrow(() -> new ProblemException(
                            ErrorCode.CAPACITY_EXHAUSTED, "No host that is up and has the image has room for it."));
        }
        throw new ProblemException(
                ErrorCode.HOST_UNSUITABLE,
                pool.isEmpty()
                        ? "Its disk is on host " + capsule.host()
                                + " alone, which shares its storage with no other. It waits"
                                + " for that host; with anew=true it is made from its image again, without what was in it."
                        : "No host that shares the storage of host " + capsule.host() + " is up and has room for it.");
    }

    private Optional<Place> among(Tx tx, Capsule capsule, Demand demand, Optional<Set<HostId>> which, Disk disk)
            throws InterruptedException {
        if (!(Placement.choose(demand, hosts.candidates(tx, demand), policy) instanceof Placement.Fits fits)) {
            return Optional.empty();
        }
        for (HostId host : fits.hosts()) {
            if (which.isEmpty() || which.get().contains(host)) {
                Optional<Place> place = tx.attempt(() -> takeOn(tx, capsule, demand, host, disk));
                if (place.isPresent()) {
                    return place;
                }
            }
        }
        return Optional.empty();
    }

    private Optional<Place> takeOn(Tx tx, Capsule capsule, Demand demand, HostId host, Disk disk)
            throws InterruptedException {
        Optional<Candidate> locked = hosts.lockCandidate(tx, host, demand.image());
        if (locked.isEmpty()
                || Placement.lack(demand, locked.get(), policy).isPresent()
                || evictions.isPending(tx, capsule.id(), host)) {
            return Optional.empty();
        }
        // Of a migration nobody knew the end of.
        ports.release(tx, capsule.id(), host);
        return ports.takePorts(tx, host, capsule.id()).map(pair -> new Place(host, pair, disk));
    }

    private void requireFenced(Tx tx, HostId host) throws InterruptedException {
        if (evacuations.holdFenced(tx, host)) {
            return;
        }
        throw evacuations.exists(tx, host)
                ? new ProblemException(
                        ErrorCode.HOST_NOT_FENCED,
                        "Host " + host + " is not fenced, so its guests may run: fence it first (/v1/hosts/" + host
                                + "/fence).")
                : new ProblemException(
                        ErrorCode.HOST_NOT_FOUND, "There is no host " + host + "; /v1/hosts lists those there are.");
    }
}
