package org.datacapsule.router.dispatch;

import io.vertx.sqlclient.Tuple;
import java.time.Duration;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.datacapsule.common.id.HostId;
import org.datacapsule.common.wire.Heartbeat;
import org.datacapsule.common.wire.Leftover;
import org.datacapsule.router.audit.AuditLog;
import org.datacapsule.router.database.Tx;
import org.datacapsule.router.drift.DriftKind;
import org.datacapsule.router.drift.DriftLog;
import org.datacapsule.router.drift.DriftLog.Finding;
import org.datacapsule.router.drift.DriftLog.Seen;
import org.datacapsule.router.host.LeftoverCheck;

/**
 * Ways in, addresses and filters of ours that no capsule has. The host says what none of its files accounts for; what a row
 * accounts for is left out here, so nothing is removed that either of both knows of. Nothing is lost with what is removed: it is
 * made anew when a capsule needs it.
 */
public final class Leftovers implements LeftoverCheck {
    private static final String BY = "system:drift";
    private static final Set<DriftKind> SEEN_HERE =
            EnumSet.of(DriftKind.WAY_IN_LEFT, DriftKind.ADDRESS_LEFT, DriftKind.FILTER_LEFT);

    private final DriftLog drift;
    private final AuditLog audit;
    private final Duration grace;

    /** @param grace how long it is left alone */
    public Leftovers(DriftLog drift, AuditLog audit, Duration grace) {
        this.drift = drift;
        this.audit = audit;
        this.grace = grace;
    }

    @Override
    public List<Leftover> check(Tx tx, Heartbeat heartbeat) throws InterruptedException {
        if (heartbeat.leftovers().isEmpty()) {
            return List.of();
        }
        HostId host = heartbeat.host();
        List<Leftover> nobodys = nobodys(tx, heartbeat, heartbeat.leftovers().get());
        drift.open(tx, host, nobodys.stream().map(Leftovers::finding).toList());
        drift.settle(tx, host, SEEN_HERE, nobodys.stream().map(Leftovers::seen).toList(), "It is not so any more.");
        return nobodys.isEmpty() ? List.of() : due(tx, heartbeat, nobodys);
    }

    private static List<Leftover> nobodys(Tx tx, Heartbeat heartbeat, List<Leftover> leftovers)
            throws InterruptedException {
        if (leftovers.isEmpty()) {
            return List.of();
        }
        Set<String> held = held(tx, heartbeat);
        return leftovers.stream()
                .filter(leftover -> !held.contains(leftover.address()))
                .toList();
    }

    /** Addresses of capsules that live on the host, come to it or leave it, or are about to be removed from it. */
    private static Set<String> held(Tx tx, Heartbeat heartbeat) throws InterruptedException {
        String sql = """
                select c.guest_slot from capsule c
                where (c.host_id = $1 and c.state <> 'DELETED')
                   or exists (select from migration m where m.capsule_id = c.id and m.finished_at is null
                                and (m.source_host = $1 or m.target_host = $1))
                   or exists (select from eviction e where e.capsule_id = c.id and e.host_id = $1)
                """;
        return new HashSet<>(tx.list(
                sql,
                Tuple.of(heartbeat.host().value()),
                row -> heartbeat
                        .guestNetwork()
                        .address(row.getInteger("guest_slot"))
                        .ipv4()));
    }

    /** Those that were seen first longer ago than the grace. */
    private List<Leftover> due(Tx tx, Heartbeat heartbeat, List<Leftover> nobodys) throws InterruptedException {
        HostId host = heartbeat.host();
        Set<Seen> due = new HashSet<>(drift.olderThan(tx, host, SEEN_HERE, grace));
        List<Leftover> sweep =
                nobodys.stream().filter(it -> due.contains(seen(it))).toList();
        for (Leftover one : sweep) {
            if (drift.doing(tx, host, seen(one), "The host is told to remove it.")) {
                audit.noted(
                        tx,
                        BY,
                        "host-" + heartbeat.incarnation(),
                        "drift_collected",
                        Optional.empty(),
                        "host=" + host + " " + one.kind() + " " + one.what());
            }
        }
        return sweep;
    }

    private static Seen seen(Leftover leftover) {
        DriftKind kind = switch (leftover.kind()) {
            case WAY_IN -> DriftKind.WAY_IN_LEFT;
            case ADDRESS -> DriftKind.ADDRESS_LEFT;
            case FILTER -> DriftKind.FILTER_LEFT;
        };
        return new Seen(kind, leftover.what());
    }

    private static Finding finding(Leftover leftover) {
        String seen = switch (leftover.kind()) {
            case WAY_IN ->
                "Port " + leftover.what().replace(" ", " of the host leads to ") + ", which no capsule there has.";
            case ADDRESS -> "The host keeps address " + leftover.what() + " for a guest, and no capsule there has it.";
            case FILTER -> "The host has network filter " + leftover.what() + ", which is of no policy of it.";
        };
        return new Finding(seen(leftover), Optional.empty(), seen, "The host removes it after drift.grace.");
    }
}
