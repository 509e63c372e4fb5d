package org.datacapsule.router.migration;

import java.util.Optional;
import org.datacapsule.common.capsule.CapsuleEvent.Requested;
import org.datacapsule.common.capsule.CapsuleLife;
import org.datacapsule.common.capsule.CapsuleMode;
import org.datacapsule.common.capsule.OperationKind;
import org.datacapsule.common.capsule.Transition.Ignored;
import org.datacapsule.common.capsule.Transition.Moved;
import org.datacapsule.common.capsule.Transition.Refused;
import org.datacapsule.common.error.ErrorCode;
import org.datacapsule.common.error.ProblemException;
import org.datacapsule.common.id.CapsuleId;
import org.datacapsule.common.id.HostId;
import org.datacapsule.common.wire.GuestNetwork;
import org.datacapsule.router.capsule.Capsule;
import org.datacapsule.router.capsule.CapsuleStore;
import org.datacapsule.router.capsule.StartOperation;
import org.datacapsule.router.database.Tx;
import org.datacapsule.router.host.HostStore;
import org.datacapsule.router.host.PortPair;
import org.datacapsule.router.host.PortStore;
import org.datacapsule.router.http.Call;
import org.datacapsule.router.http.Reply;
import org.datacapsule.router.idempotency.Idempotency;
import org.datacapsule.router.placement.Candidate;
import org.datacapsule.router.placement.Demand;
import org.datacapsule.router.placement.Placement;
import org.datacapsule.router.placement.PlacementPolicy;
import org.datacapsule.router.snapshot.SnapshotStore;

/** migratevm: a capsule is to live on another host, which our agents bring about, or an operator has (seed, "Migrate Vm"). */
public final class StartMigration {
    private final Idempotency idempotency;
    private final CapsuleStore capsules;
    private final HostStore hosts;
    private final PortStore ports;
    private final MigrationStore migrations;
    private final EvictionStore evictions;
    private final StartOperation start;
    private final PlacementPolicy policy;
    private final GuestNetwork network;
    private final SnapshotStore snapshots = new SnapshotStore();

    public StartMigration(
            Idempotency idempotency,
            CapsuleStore capsules,
            HostStore hosts,
            PortStore ports,
            MigrationStore migrations,
            EvictionStore evictions,
            StartOperation start,
            PlacementPolicy policy,
            GuestNetwork network) {
        this.idempotency = idempotency;
        this.capsules = capsules;
        this.hosts = hosts;
        this.ports = ports;
        this.migrations = migrations;
        this.evictions = evictions;
        this.start = start;
        this.policy = policy;
        this.network = network;
    }

    /** POST: live when the capsule runs, else its files alone. */
    Reply byAgents(Call call) throws InterruptedException {
        int bandwidth = call.parameters().optionalInteger("bandwidth").orElse(0);
        return idempotency.once(call, tx -> {
            Capsule capsule = lock(tx, call);
            return to(tx, call, capsule, target(call, capsule), bandwidth);
        });
    }

    /**
     * Off a host that is being drained, to whichever other has room. Where it is on its way already, that is the answer: whoever
     * asks again may never have heard of it.
     *
     * @throws ProblemException when it cannot move now, saying why
     */
    Reply awayFrom(Tx tx, Call call, Capsule capsule, int bandwidth) throws InterruptedException {
        Optional<Migration> already = migrations.underWay(tx, capsule.id());
        if (already.isPresent()) {
            return StartOperation.begun(capsule.id(), already.get().operation(), capsule.status());
        }
        requireMovable(capsule);
        Demand demand = capsules.demand(tx, capsule.id(), network);
        return switch (Placement.choose(demand, hosts.candidates(tx, demand), policy)) {
            case Placement.Exhausted exhausted ->
                throw new ProblemException(ErrorCode.CAPACITY_EXHAUSTED, exhausted.why());
            case Placement.Fits fits -> {
                HostId target = fits.hosts().stream()
                        .filter(host -> !host.equals(capsule.host()))
                        .findFirst()
                        .orElseThrow(() -> new ProblemException(
                                ErrorCode.CAPACITY_EXHAUSTED, "No other host has room for the capsule."));
                yield to(tx, call, capsule, target, bandwidth);
            }
        };
    }

    private Reply to(Tx tx, Call call, Capsule capsule, HostId target, int bandwidth) throws InterruptedException {
        Moved moved = requireMovable(capsule);
        if (hosts.isFenced(tx, capsule.host())) {
            throw new ProblemException(
                    ErrorCode.HOST_FENCED,
                    "Host " + capsule.host()
                            + " was taken out of service, so nothing can be fetched from it; evacuate it.");
        }
        requireNothingLeft(tx, capsule, target);
        requireNoSnapshotLost(tx, capsule);
        Demand demand = capsules.demand(tx, capsule.id(), network);
        Candidate host = hosts.lockCandidate(tx, target, demand.image()).orElseThrow(() -> noSuchHost(target));
        Placement.lack(demand, host, policy).ifPresent(lack -> {
            throw new ProblemException(
                    ErrorCode.HOST_UNSUITABLE, "Host " + target + " cannot take the capsule: it lacks " + lack + ".");
        });
        // Of a migration nobody knew the end of, and which the capsule did not make.
        ports.release(tx, capsule.id(), target);
        PortPair pair = ports.takePorts(tx, target, capsule.id())
                .orElseThrow(() ->
                        new ProblemException(ErrorCode.HOST_UNSUITABLE, "Host " + target + " has no free port pair."));
        return begin(tx, call, capsule, moved, target, pair, bandwidth, Phase.RECEIVE);
    }

    /** PUT: the files, or the guest, were brought there by hand; both hosts are asked when they answer. */
    Reply byHand(Call call) throws InterruptedException {
        PortPair wanted = new PortPair(
                call.parameters().integer("sshport"), call.parameters().integer("vncport"));
        return idempotency.once(call, tx -> {
            Capsule capsule = lock(tx, call);
            HostId target = target(call, capsule);
            if (capsule.status().mode() == CapsuleMode.SECURE) {
                throw new ProblemException(
                        ErrorCode.CAPSULE_INVALID_STATE,
                        "What a capsule in SECURE mode consists of cannot be moved by hand; migrate it (POST /migratevm),"
                                + " or switch it to maintenance or stop it first.");
            }
            Moved moved = requireMovable(capsule);
            requireNothingLeft(tx, capsule, target);
            if (hosts.lockCandidate(
                            tx,
                            target,
                            capsules.demand(tx, capsule.id(), network).image())
                    .isEmpty()) {
                throw noSuchHost(target);
            }
            ports.release(tx, capsule.id(), target);
            if (!ports.takePorts(tx, target, capsule.id(), wanted)) {
                throw new ProblemException(
                        ErrorCode.HOST_UNSUITABLE,
                        "Host " + target + " has no free pair of sshport " + wanted.ssh() + " and vncport "
                                + wanted.vnc() + "; /v1/hosts says which pairs it has.");
            }
            boolean answers = hosts.isUp(tx, capsule.host());
            if (!answers && !hosts.isFenced(tx, capsule.host())) {
                throw new ProblemException(
                        ErrorCode.HOST_NOT_FENCED,
                        "Host " + capsule.host() + " is not heard of, and may still run the capsule: fence it first"
                                + " (/v1/hosts/" + capsule.host() + "/fence).");
            }
            Phase first = answers ? Phase.LOOK_AT_SOURCE : Phase.LOOK_AT_TARGET;
            return begin(tx, call, capsule, moved, target, wanted, 0, first);
        });
    }

    private Reply begin(
            Tx tx, Call call, Capsule capsule, Moved moved, HostId target, PortPair pair, int bandwidth, Phase first)
            throws InterruptedException {
        capsules.move(tx, capsule, moved.to());
        long generation = capsule.generation() + 1;
        return start.begin(tx, call, capsule, OperationKind.MIGRATE, moved.to(), operation -> {
            Migration migration = new Migration(
                    operation,
                    capsule.id(),
                    capsule.host(),
                    target,
                    pair,
                    generation,
                    capsule.status().mode(),
                    bandwidth,
                    first,
                    1,
                    Optional.empty(),
                    Optional.empty());
            migrations.insert(tx, migration);
            migrations.begin(tx, migration, first.isAtSource() ? capsule.generation() : generation);
        });
    }

    private static Moved requireMovable(Capsule capsule) {
        return switch (CapsuleLife.next(capsule.status(), new Requested(OperationKind.MIGRATE))) {
            case Moved moved -> moved;
            case Refused refused -> throw new ProblemException(ErrorCode.CAPSULE_INVALID_STATE, refused.because());
            case Ignored ignored -> throw new IllegalStateException("a request is moved or refused");
        };
    }

    private void requireNothingLeft(Tx tx, Capsule capsule, HostId target) throws InterruptedException {
        if (evictions.isPending(tx, capsule.id(), target)) {
            throw new ProblemException(
                    ErrorCode.HOST_UNSUITABLE,
                    "Host " + target + " still has files of the capsule from before, which it is told to remove; try"
                            + " again when it has.");
        }
    }

    /**
     * What a guest writes to is copied block by block, without the snapshots in its file. In secure mode it writes to an overlay, and
     * the disk goes as the file it is.
     */
    private void requireNoSnapshotLost(Tx tx, Capsule capsule) throws InterruptedException {
        int held = capsule.status().mode() == CapsuleMode.MAINTENANCE
                ? snapshots.of(tx, capsule.id()).size()
                : 0;
        if (held > 0) {
            throw new ProblemException(
                    ErrorCode.CAPSULE_HAS_SNAPSHOTS,
                    "The capsule has " + held + (held == 1 ? " snapshot, which would" : " snapshots, which would")
                            + " be lost if its disk moved while its guest writes to it. Stop the capsule, then migrate it;"
                            + " or delete its snapshots (/v1/capsules/" + capsule.id() + "/snapshots).");
        }
    }

    private static HostId target(Call call, Capsule capsule) {
        HostId target = call.parameters().parsed("host", HostId::new);
        if (target.equals(capsule.host())) {
            throw new ProblemException(ErrorCode.HOST_UNSUITABLE, "The capsule is on host " + target + " already.");
        }
        return target;
    }

    /** The token's role was checked against the contract. */
    private Capsule lock(Tx tx, Call call) throws InterruptedException {
        CapsuleId id = call.parameters().parsed("vmid", CapsuleId::parse);
        return capsules.lock(tx, id)
                .orElseThrow(
                        () -> new ProblemException(ErrorCode.CAPSULE_NOT_FOUND, "There is no capsule " + id + "."));
    }

    private static ProblemException noSuchHost(HostId host) {
        return new ProblemException(
                ErrorCode.HOST_NOT_FOUND, "There is no host " + host + "; /v1/hosts lists those there are.");
    }
}
