package org.datacapsule.router.fence;

import io.vertx.sqlclient.Tuple;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.datacapsule.common.id.CapsuleId;
import org.datacapsule.common.id.HostId;
import org.datacapsule.common.wire.Heartbeat;
import org.datacapsule.common.wire.Recall;
import org.datacapsule.router.audit.AuditLog;
import org.datacapsule.router.database.Tx;
import org.datacapsule.router.dispatch.RecallOrders;
import org.datacapsule.router.fence.FenceStore.Fenced;
import org.datacapsule.router.host.Readmission;
import org.datacapsule.router.migration.Eviction;
import org.datacapsule.router.migration.EvictionStore;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A host that was fenced and is heard of again first stops and sets aside all that is no longer its own. */
public final class ReadmitHost implements Readmission {
    private static final Logger LOG = LoggerFactory.getLogger(ReadmitHost.class);
    private static final String BY = "system:fence";

    private final FenceStore fences = new FenceStore();
    private final EvictionStore evictions;
    private final RecallOrders orders;
    private final AuditLog audit;

    public ReadmitHost(EvictionStore evictions, RecallOrders orders, AuditLog audit) {
        this.evictions = evictions;
        this.orders = orders;
        this.audit = audit;
    }

    @Override
    public Optional<Recall> rule(Tx tx, Heartbeat heartbeat) throws InterruptedException {
        HostId host = heartbeat.host();
        Fenced now = fences.lock(tx, host).orElseThrow();
        return switch (now.standing()) {
            case UP, DOWN -> Optional.empty();
            // Whether its power is about to be cut is known in a moment.
            case FENCING -> Optional.of(new Recall(now.epoch(), List.of()));
            case UNKNOWN -> {
                // It lives, and nothing of it was given away: only a host that is FENCED is evacuated.
                fences.giveUp(tx, host);
                yield Optional.empty();
            }
            case FENCED -> fenced(tx, heartbeat, now.epoch());
        };
    }

    private Optional<Recall> fenced(Tx tx, Heartbeat heartbeat, long epoch) throws InterruptedException {
        HostId host = heartbeat.host();
        long current = epoch;
        if (claimForeign(tx, heartbeat)) {
            current = fences.raise(tx, host, "FENCED");
        }
        if (heartbeat.recalled() != current) {
            LOG.atWarn()
                    .addKeyValue("hostId", host)
                    .addKeyValue("epoch", current)
                    .log("fenced host is back, and recalled");
            return Optional.of(new Recall(current, orders.of(tx, host)));
        }
        fences.readmit(tx, host);
        audit.noted(
                tx,
                BY,
                "host-" + heartbeat.incarnation(),
                "host_readmitted",
                Optional.empty(),
                "host=" + host + " epoch=" + current);
        LOG.atWarn().addKeyValue("hostId", host).addKeyValue("epoch", current).log("fenced host may work again");
        return Optional.empty();
    }

    /** What it has of capsules that live elsewhere, and that nobody has told it to leave yet; answers whether there was any. */
    private boolean claimForeign(Tx tx, Heartbeat heartbeat) throws InterruptedException {
        HostId host = heartbeat.host();
        UUID[] seen =
                heartbeat.capsules().stream().map(it -> it.capsule().value()).toArray(UUID[]::new);
        String sql = """
                select c.id, case when c.state = 'DELETED' then c.generation else c.generation - 1 end as generation
                from capsule c
                where c.id = any ($2) and (c.host_id <> $1 or c.state = 'DELETED')
                  and not exists (select from migration m where m.capsule_id = c.id and m.finished_at is null
                                    and (m.source_host = $1 or m.target_host = $1))
                  and not exists (select from eviction e where e.capsule_id = c.id and e.host_id = $1
                                    and e.work <> 'DISCARD')
                order by c.id
                """;
        List<Foreign> foreign = tx.list(
                sql,
                Tuple.of(host.value(), (Object) seen),
                row -> new Foreign(new CapsuleId(row.getUUID("id")), row.getLong("generation")));
        for (Foreign one : foreign) {
            evictions.insert(
                    tx,
                    one.capsule(),
                    host,
                    one.generation(),
                    Eviction.Work.SET_ASIDE,
                    "host-" + heartbeat.incarnation());
        }
        return !foreign.isEmpty();
    }

    private record Foreign(CapsuleId capsule, long generation) {}
}
