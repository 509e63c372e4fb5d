package org.datacapsule.router.dispatch;

import io.vertx.sqlclient.Tuple;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.datacapsule.common.capsule.CapsuleEvent;
import org.datacapsule.common.capsule.CapsuleEvent.Found;
import org.datacapsule.common.capsule.CapsuleLife;
import org.datacapsule.common.capsule.CapsuleMode;
import org.datacapsule.common.capsule.CapsuleState;
import org.datacapsule.common.capsule.CapsuleStatus;
import org.datacapsule.common.capsule.Transition.Moved;
import org.datacapsule.common.id.CapsuleId;
import org.datacapsule.common.id.HostId;
import org.datacapsule.common.wire.CapsuleObservation;
import org.datacapsule.common.wire.Heartbeat;
import org.datacapsule.router.audit.AuditLog;
import org.datacapsule.router.capsule.Capsule;
import org.datacapsule.router.capsule.CapsuleStore;
import org.datacapsule.router.database.Tx;
import org.datacapsule.router.drift.DriftKind;
import org.datacapsule.router.drift.DriftLog;
import org.datacapsule.router.event.EventLog;
import org.datacapsule.router.host.HostConfig;
import org.datacapsule.router.host.InventoryCheck;
import org.datacapsule.router.sharing.StartKeySync;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Puts capsules at rest right by what their host has of them. One without a guest is SHUTDOWN: it powered itself off,
 * crashed, or the host rebooted. One in another mode than it passed for is in that mode, which is what its users are exposed
 * to; so is one that was SHUTDOWN and has a guest. Either is an operator's doing, past the routers. An observation only counts
 * when it was made after the capsule's newest operation, with none under way.
 */
public final class InventoryRepair implements InventoryCheck {
    private static final Logger LOG = LoggerFactory.getLogger(InventoryRepair.class);
    private static final String BY = "system:inventory";

    private final CapsuleStore capsules;
    private final StartKeySync keys;
    private final AuditLog audit;
    private final EventLog events;
    private final DriftLog drift;
    private final Orphans orphans;

    public InventoryRepair(
            CapsuleStore capsules,
            StartKeySync keys,
            AuditLog audit,
            EventLog events,
            DriftLog drift,
            HostConfig config) {
        this.capsules = capsules;
        this.keys = keys;
        this.audit = audit;
        this.events = events;
        this.drift = drift;
        this.orphans = new Orphans(drift, config.lease());
    }

    @Override
    public int check(Tx tx, Heartbeat heartbeat) throws InterruptedException {
        HostId host = heartbeat.host();
        List<CapsuleObservation> observed = heartbeat.capsules();
        return lost(tx, host, orphans.note(tx, heartbeat)) + repair(tx, host, observed);
    }

    private int repair(Tx tx, HostId host, List<CapsuleObservation> observed) throws InterruptedException {
        Map<CapsuleId, CapsuleObservation> settled = new LinkedHashMap<>();
        observed.stream()
                .filter(seen -> !seen.busy() && mode(seen.found()).isPresent())
                .forEach(seen -> settled.put(seen.capsule(), seen));
        if (settled.isEmpty()) {
            return 0;
        }
        int repaired = 0;
        for (CapsuleId suspect :
                inAnotherMode(tx, host, settled.values().stream().toList())) {
            Capsule capsule = capsules.lock(tx, suspect).orElse(null);
            CapsuleObservation seen = settled.get(suspect);
            if (capsule != null
                    && seen != null
                    && capsule.host().equals(host)
                    && capsule.sequence() == seen.sequence()
                    && putRight(tx, capsule, mode(seen.found()).orElseThrow())) {
                repaired++;
            }
        }
        return repaired;
    }

    /**
     * Capsules at rest here that the host says nothing of. One that passed for running does so for a while yet: a host that says so
     * has lost more than a file.
     */
    private int lost(Tx tx, HostId host, List<CapsuleId> missing) throws InterruptedException {
        int repaired = 0;
        for (CapsuleId id : missing) {
            Optional<Capsule> capsule =
                    capsules.lock(tx, id).filter(it -> it.host().equals(host));
            if (capsule.isPresent() && putRight(tx, capsule.get(), CapsuleMode.NOT_DEFINED)) {
                repaired++;
            }
        }
        return repaired;
    }

    /** The mode a capsule is in of which this was found; NOT_DEFINED when no guest runs, empty where that is not known. */
    private static Optional<CapsuleMode> mode(Found found) {
        return switch (found) {
            case STOPPED, NOTHING -> Optional.of(CapsuleMode.NOT_DEFINED);
            case RUNNING_IN_MAINTENANCE -> Optional.of(CapsuleMode.MAINTENANCE);
            case RUNNING_IN_SECURE -> Optional.of(CapsuleMode.SECURE);
            case UNSAID -> Optional.empty();
        };
    }

    private static List<CapsuleId> inAnotherMode(Tx tx, HostId host, List<CapsuleObservation> settled)
            throws InterruptedException {
        String sql = """
                select c.id from capsule c join unnest($2::uuid[], $3::text[]) as seen (id, mode) on seen.id = c.id
                where c.host_id = $1 and c.state in ('RUNNING', 'SHUTDOWN') and c.mode <> seen.mode order by c.id
                """;
        UUID[] ids = settled.stream().map(seen -> seen.capsule().value()).toArray(UUID[]::new);
        String[] modes = settled.stream()
                .map(seen -> mode(seen.found()).orElseThrow().name())
                .toArray(String[]::new);
        return tx.list(sql, Tuple.of(host.value(), ids, modes), row -> new CapsuleId(row.getUUID("id")));
    }

    private boolean putRight(Tx tx, Capsule capsule, CapsuleMode seen) throws InterruptedException {
        boolean gone = seen == CapsuleMode.NOT_DEFINED;
        CapsuleEvent event = gone ? new CapsuleEvent.GuestGone() : new CapsuleEvent.SeenIn(seen);
        if (!(CapsuleLife.next(capsule.status(), event) instanceof Moved moved)) {
            return false;
        }
        capsules.move(tx, capsule, moved.to());
        events.changed(tx, capsule.id(), moved.to());
        DriftKind kind = gone
                ? DriftKind.GUEST_GONE
                : capsule.status().state() == CapsuleState.SHUTDOWN ? DriftKind.GUEST_FOUND : DriftKind.MODE_MISMATCH;
        drift.repaired(
                tx,
                kind,
                capsule.host(),
                capsule.id(),
                "The capsule was " + capsule.status() + ", and its host has "
                        + (gone ? "no guest of it." : "its guest in " + seen + "."),
                "The capsule is " + moved.to() + " now.");
        if (gone) {
            LOG.atWarn()
                    .addKeyValue("capsuleId", capsule.id())
                    .addKeyValue("hostId", capsule.host())
                    .addKeyValue("from", capsule.status())
                    .addKeyValue("to", moved.to())
                    .log("guest is gone without a stop");
        } else {
            foundRunning(tx, capsule, moved.to());
        }
        return true;
    }

    private void foundRunning(Tx tx, Capsule capsule, CapsuleStatus found) throws InterruptedException {
        boolean wasShutDown = capsule.status().state() == CapsuleState.SHUTDOWN;
        String requestId = "inventory-" + UUID.randomUUID();
        audit.noted(
                tx,
                BY,
                requestId,
                wasShutDown ? "guest_found" : "mode_mismatch",
                Optional.of(capsule.id()),
                capsule.status() + " was " + found + " on host " + capsule.host());
        if (found.mode() == CapsuleMode.MAINTENANCE) {
            keys.afterReturn(tx, capsule.id(), requestId);
        }
        LOG.atError()
                .addKeyValue("capsuleId", capsule.id())
                .addKeyValue("hostId", capsule.host())
                .addKeyValue("requestId", requestId)
                .addKeyValue("from", capsule.status())
                .addKeyValue("to", found)
                .log(
                        wasShutDown
                                ? "guest runs and its capsule was shut down"
                                : "guest is in another mode than its capsule");
    }
}
