package org.datacapsule.router.dispatch;

import io.vertx.sqlclient.Tuple;
import java.util.List;
import java.util.UUID;
import org.datacapsule.common.capsule.CapsuleEvent;
import org.datacapsule.common.capsule.CapsuleEvent.Found;
import org.datacapsule.common.capsule.CapsuleLife;
import org.datacapsule.common.capsule.Transition.Moved;
import org.datacapsule.common.id.CapsuleId;
import org.datacapsule.common.id.HostId;
import org.datacapsule.common.wire.CapsuleObservation;
import org.datacapsule.router.capsule.Capsule;
import org.datacapsule.router.capsule.CapsuleStore;
import org.datacapsule.router.database.Tx;
import org.datacapsule.router.event.EventLog;
import org.datacapsule.router.host.InventoryCheck;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A capsule that should run and whose host has it, but no guest, is SHUTDOWN: it powered itself off, crashed, or the host
 * rebooted. An observation only counts when it was made after the capsule's newest operation, with none under way.
 */
public final class GuestsGone implements InventoryCheck {
    private static final Logger LOG = LoggerFactory.getLogger(GuestsGone.class);

    private final CapsuleStore capsules;
    private final EventLog events;

    public GuestsGone(CapsuleStore capsules, EventLog events) {
        this.capsules = capsules;
        this.events = events;
    }

    @Override
    public int check(Tx tx, HostId host, List<CapsuleObservation> observed) throws InterruptedException {
        List<CapsuleObservation> stopped = observed.stream()
                .filter(seen -> !seen.busy() && seen.found() == Found.STOPPED)
                .toList();
        if (stopped.isEmpty()) {
            return 0;
        }
        int gone = 0;
        for (CapsuleId suspect : running(tx, host, stopped)) {
            Capsule capsule = capsules.lock(tx, suspect).orElse(null);
            if (capsule != null && isNewest(capsule, host, stopped)) {
                gone += putRight(tx, capsule);
            }
        }
        return gone;
    }

    private static List<CapsuleId> running(Tx tx, HostId host, List<CapsuleObservation> stopped)
            throws InterruptedException {
        String sql = "select id from capsule where host_id = $1 and state = 'RUNNING' and id = any ($2) order by id";
        UUID[] ids = stopped.stream().map(seen -> seen.capsule().value()).toArray(UUID[]::new);
        return tx.list(sql, Tuple.of(host.value(), (Object) ids), row -> new CapsuleId(row.getUUID("id")));
    }

    private static boolean isNewest(Capsule capsule, HostId host, List<CapsuleObservation> stopped) {
        return capsule.host().equals(host)
                && stopped.stream()
                        .anyMatch(seen -> seen.capsule().equals(capsule.id()) && seen.sequence() == capsule.sequence());
    }

    private int putRight(Tx tx, Capsule capsule) throws InterruptedException {
        if (!(CapsuleLife.next(capsule.status(), new CapsuleEvent.GuestGone()) instanceof Moved moved)) {
            return 0;
        }
        capsules.move(tx, capsule, moved.to());
        events.changed(tx, capsule.id(), moved.to());
        LOG.atWarn()
                .addKeyValue("capsuleId", capsule.id())
                .addKeyValue("hostId", capsule.host())
                .addKeyValue("from", capsule.status())
                .addKeyValue("to", moved.to())
                .log("guest is gone without a stop");
        return 1;
    }
}
