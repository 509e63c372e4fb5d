package org.datacapsule.router.dispatch;

import io.vertx.sqlclient.Tuple;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
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
import org.datacapsule.router.audit.AuditLog;
import org.datacapsule.router.capsule.Capsule;
import org.datacapsule.router.capsule.CapsuleStore;
import org.datacapsule.router.database.Tx;
import org.datacapsule.router.event.EventLog;
import org.datacapsule.router.host.InventoryCheck;
import org.datacapsule.router.sharing.StartKeySync;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Puts capsules at rest right by what their host has of them. One without a guest is SHUTDOWN: it powered itself off,
 * crashed, or the host rebooted. One in another mode than it passed for is in that mode, which is what its users are exposed
 * to; so is one that was SHUTDOWN and has a guest. Either is an operator's doing, past the routers. An observation only counts
 * when it was made after the capsule's newest operation, with none under way. A capsule no router knows is only logged.
 */
public final class InventoryRepair implements InventoryCheck {
    private static final Logger LOG = LoggerFactory.getLogger(InventoryRepair.class);
    private static final String BY = "system:inventory";

    private final CapsuleStore capsules;
    private final StartKeySync keys;
    private final AuditLog audit;
    private final EventLog events;
    private final Set<Stranger> strangers = ConcurrentHashMap.newKeySet();

    /** A capsule that is on a host and in no row. */
    private record Stranger(HostId host, CapsuleId capsule) {}

    public InventoryRepair(CapsuleStore capsules, StartKeySync keys, AuditLog audit, EventLog events) {
        this.capsules = capsules;
        this.keys = keys;
        this.audit = audit;
        this.events = events;
    }

    @Override
    public int check(Tx tx, HostId host, List<CapsuleObservation> observed) throws InterruptedException {
        noteStrangers(tx, host, observed);
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

    /** Once for each: a heartbeat comes every few seconds. */
    private void noteStrangers(Tx tx, HostId host, List<CapsuleObservation> observed) throws InterruptedException {
        UUID[] ids = observed.stream()
                .filter(seen -> !strangers.contains(new Stranger(host, seen.capsule())))
                .map(seen -> seen.capsule().value())
                .toArray(UUID[]::new);
        if (ids.length == 0) {
            return;
        }
        String sql = """
                select seen.id from unnest($1::uuid[]) as seen (id)
                where not exists (select 1 from capsule c where c.id = seen.id) order by seen.id
                """;
        for (CapsuleId capsule : tx.list(sql, Tuple.of(ids), row -> new CapsuleId(row.getUUID("id")))) {
            if (strangers.add(new Stranger(host, capsule))) {
                LOG.atWarn()
                        .addKeyValue("hostId", host)
                        .addKeyValue("capsuleId", capsule)
                        .log("host has a capsule that no router made");
            }
        }
    }

    /** The mode a capsule is in of which this was found; NOT_DEFINED when no guest runs, empty where that is not known. */
    private static Optional<CapsuleMode> mode(Found found) {
        return switch (found) {
            case STOPPED -> Optional.of(CapsuleMode.NOT_DEFINED);
            case RUNNING_IN_MAINTENANCE -> Optional.of(CapsuleMode.MAINTENANCE);
            case RUNNING_IN_SECURE -> Optional.of(CapsuleMode.SECURE);
            case NOTHING, UNSAID -> Optional.empty();
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
