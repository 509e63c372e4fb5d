package org.datacapsule.router.dispatch;

import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.Tuple;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.datacapsule.common.capsule.CapsuleEvent.Found;
import org.datacapsule.common.id.CapsuleId;
import org.datacapsule.common.id.HostId;
import org.datacapsule.common.wire.Heartbeat;
import org.datacapsule.common.wire.SetAside;
import org.datacapsule.router.database.Tx;
import org.datacapsule.router.drift.DriftKind;
import org.datacapsule.router.drift.DriftLog;
import org.datacapsule.router.drift.DriftLog.Finding;
import org.datacapsule.router.drift.DriftLog.Seen;

/**
 * What hosts have and no row says they should, and what they lack. An inventory is a moment old, so a capsule that changed within
 * the last moments is left out.
 */
final class Orphans {
    private static final Duration FOR_LONG = Duration.ofMinutes(1);
    private static final Set<DriftKind> SEEN_HERE =
            EnumSet.of(DriftKind.ORPHAN, DriftKind.STRANGER, DriftKind.SET_ASIDE, DriftKind.FILES_MISSING);

    private final DriftLog drift;
    private final Duration moment;

    Orphans(DriftLog drift, Duration moment) {
        this.drift = drift;
        this.moment = moment;
    }

    private record Foreign(CapsuleId capsule, Optional<String> lives) {}

    /**
     * Writes down what the host has too much and too little, and settles what it has not any more. Answers the capsules at rest on it
     * that it has not even heard of, for long.
     */
    List<CapsuleId> note(Tx tx, Heartbeat heartbeat) throws InterruptedException {
        HostId host = heartbeat.host();
        List<Finding> open = new ArrayList<>();
        for (Foreign foreign : foreign(tx, heartbeat)) {
            boolean known = foreign.lives().isPresent();
            open.add(finding(
                    known ? DriftKind.ORPHAN : DriftKind.STRANGER,
                    foreign.capsule(),
                    "The host has files or a guest of a capsule that "
                            + foreign.lives().orElse("is in no row") + ".",
                    known
                            ? "It is stopped and set aside after drift.grace."
                            : "Nothing: a script may have made it, or the database is older than it."));
        }
        for (SetAside one : heartbeat.setAside()) {
            open.add(new Finding(
                    new Seen(DriftKind.SET_ASIDE, one.capsule() + "." + one.generation()),
                    Optional.of(one.capsule()),
                    "The host keeps " + one.mebibytes() + " MiB of files that were the capsule's up to generation "
                            + one.generation() + ".",
                    "They are kept until an admin collects them, or their capsule has been deleted."));
        }
        List<CapsuleId> missing = missing(tx, heartbeat);
        for (CapsuleId capsule : missing) {
            open.add(finding(
                    DriftKind.FILES_MISSING,
                    capsule,
                    "The capsule lives on this host, which has no files of it.",
                    "Nothing: bring its files back, or delete it. A launch ends in ERROR."));
        }
        drift.open(tx, host, open);
        drift.settle(tx, host, SEEN_HERE, open.stream().map(Finding::what).toList(), "It is not so any more.");
        return missing.isEmpty() ? List.of() : unheardOf(tx, heartbeat);
    }

    /** What is neither the host's own, nor on its way to or from it, nor about to be removed already. */
    private List<Foreign> foreign(Tx tx, Heartbeat heartbeat) throws InterruptedException {
        UUID[] seen = heartbeat.capsules().stream()
                .filter(it -> !it.busy())
                .map(it -> it.capsule().value())
                .toArray(UUID[]::new);
        if (seen.length == 0) {
            return List.of();
        }
        String sql = """
                select seen.id, c.state, c.host_id
                from unnest($2::uuid[]) as seen (id) left join capsule c on c.id = seen.id
                where (c.id is null or c.state = 'DELETED' or c.host_id <> $1)
                  and (c.id is null or c.updated_at < now() - $3 * interval '1 millisecond')
                  and not exists (select from migration m where m.capsule_id = seen.id and m.finished_at is null
                                    and (m.source_host = $1 or m.target_host = $1))
                  and not exists (select from eviction e where e.capsule_id = seen.id and e.host_id = $1
                                    and e.work <> 'DISCARD')
                order by seen.id
                """;
        return tx.list(sql, Tuple.of(heartbeat.host().value(), seen, moment.toMillis()), Orphans::foreign);
    }

    private static Foreign foreign(Row row) {
        Optional<String> state = Optional.ofNullable(row.getString("state"));
        return new Foreign(
                new CapsuleId(row.getUUID("id")),
                state.map(it -> it.equals("DELETED") ? "is deleted" : "lives on host " + row.getString("host_id")));
    }

    private static Finding finding(DriftKind kind, CapsuleId capsule, String seen, String done) {
        return new Finding(new Seen(kind, capsule.toString()), Optional.of(capsule), seen, done);
    }

    /** At rest on this host, which has nothing of them. */
    private List<CapsuleId> missing(Tx tx, Heartbeat heartbeat) throws InterruptedException {
        UUID[] present = heartbeat.capsules().stream()
                .filter(it -> it.busy() || it.found() != Found.NOTHING)
                .map(it -> it.capsule().value())
                .toArray(UUID[]::new);
        String sql = """
                select c.id from capsule c
                where c.host_id = $1 and c.state in ('RUNNING', 'SHUTDOWN') and not (c.id = any ($2))
                  and c.updated_at < now() - $3 * interval '1 millisecond'
                order by c.id
                """;
        return tx.list(
                sql,
                Tuple.of(heartbeat.host().value(), present, moment.toMillis()),
                row -> new CapsuleId(row.getUUID("id")));
    }

    /** Those that are missing for long, and that the host says nothing of. */
    private static List<CapsuleId> unheardOf(Tx tx, Heartbeat heartbeat) throws InterruptedException {
        UUID[] heardOf =
                heartbeat.capsules().stream().map(it -> it.capsule().value()).toArray(UUID[]::new);
        String sql = """
                select capsule_id from drift
                where host_id = $1 and kind = 'FILES_MISSING' and settled_at is null and not (capsule_id = any ($2))
                  and first_seen < now() - $3 * interval '1 millisecond'
                order by capsule_id
                """;
        return tx.list(
                sql,
                Tuple.of(heartbeat.host().value(), heardOf, FOR_LONG.toMillis()),
                row -> new CapsuleId(row.getUUID("capsule_id")));
    }
}
