package org.datacapsule.router.drift;

import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.Tuple;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.datacapsule.common.id.CapsuleId;
import org.datacapsule.common.id.HostId;
import org.datacapsule.router.database.Tx;

/** Rows of what disagreed. */
public final class DriftLog {

    /** It was seen and put right in the same transaction. */
    public void repaired(Tx tx, DriftKind kind, HostId host, CapsuleId capsule, String seen, String done)
            throws InterruptedException {
        String sql = """
                insert into drift (kind, host_id, capsule_id, subject, seen, done, settled_at)
                values ($1, $2, $3, $4, $5, $6, now())
                """;
        tx.update(sql, Tuple.of(kind.name(), host.value(), capsule.value(), capsule.toString(), seen, done));
    }

    /** It is seen now; open until {@link #settle}. */
    public void open(Tx tx, HostId host, Finding finding) throws InterruptedException {
        open(tx, host, List.of(finding));
    }

    /** The same, of as many as a heartbeat shows; what is open already is written again once a minute. */
    public void open(Tx tx, HostId host, List<Finding> findings) throws InterruptedException {
        if (findings.isEmpty()) {
            return;
        }
        String sql = """
                insert into drift (host_id, kind, capsule_id, subject, seen, done)
                select $1, * from unnest($2::text[], $3::uuid[], $4::text[], $5::text[], $6::text[])
                on conflict (host_id, kind, subject) where settled_at is null
                do update set last_seen = now(), seen = excluded.seen where drift.last_seen < now() - interval '1 minute'
                """;
        tx.update(
                sql,
                Tuple.of(
                        host.value(),
                        findings.stream().map(it -> it.what().kind().name()).toArray(String[]::new),
                        findings.stream()
                                .map(it -> it.capsule().map(CapsuleId::value).orElse(null))
                                .toArray(UUID[]::new),
                        findings.stream().map(it -> it.what().subject()).toArray(String[]::new),
                        findings.stream().map(Finding::seen).toArray(String[]::new),
                        findings.stream().map(Finding::done).toArray(String[]::new)));
    }

    /**
     * @param seen what disagrees, a sentence
     * @param done what is being done about it, or going to be, a sentence
     */
    public record Finding(Seen what, Optional<CapsuleId> capsule, String seen, String done) {}

    /** All of these kinds that is open on the host and not among {@code still} is settled. */
    public void settle(Tx tx, HostId host, Collection<DriftKind> kinds, Collection<Seen> still, String done)
            throws InterruptedException {
        String sql = """
                update drift d set settled_at = now(), done = $5
                where host_id = $1 and kind = any ($2) and settled_at is null and not exists (
                    select from unnest($3::text[], $4::text[]) as still (kind, subject)
                    where still.kind = d.kind and still.subject = d.subject)
                """;
        tx.update(
                sql,
                Tuple.of(
                        host.value(),
                        kinds.stream().map(DriftKind::name).toArray(String[]::new),
                        still.stream().map(seen -> seen.kind().name()).toArray(String[]::new),
                        still.stream().map(Seen::subject).toArray(String[]::new),
                        done));
    }

    /** @param subject what it is about, within its kind and host */
    public record Seen(DriftKind kind, String subject) {}

    /** What is open on the host of these kinds, and was seen first longer ago than this. */
    public List<Seen> olderThan(Tx tx, HostId host, Collection<DriftKind> kinds, Duration age)
            throws InterruptedException {
        String sql = """
                select kind, subject from drift
                where host_id = $1 and kind = any ($2) and settled_at is null
                  and first_seen < now() - $3 * interval '1 millisecond'
                order by id
                """;
        return tx.list(
                sql,
                Tuple.of(host.value(), kinds.stream().map(DriftKind::name).toArray(String[]::new), age.toMillis()),
                row -> new Seen(DriftKind.valueOf(row.getString("kind")), row.getString("subject")));
    }

    /** Says what is being done about what is open; answers whether that is news. */
    public boolean doing(Tx tx, HostId host, Seen what, String done) throws InterruptedException {
        String sql = """
                update drift set done = $4
                where host_id = $1 and kind = $2 and subject = $3 and settled_at is null and done is distinct from $4
                """;
        return tx.update(sql, Tuple.of(host.value(), what.kind().name(), what.subject(), done)) == 1;
    }

    /** Says what is being done about what is open. */
    public void doing(Tx tx, long id, String done) throws InterruptedException {
        tx.update("update drift set done = $2 where id = $1", Tuple.of(id, done));
    }

    /** Something open that can be collected: by its number, or the oldest of a kind that has been open for so long. */
    public Optional<Open> lock(Tx tx, long id) throws InterruptedException {
        String sql = """
                select id, kind, host_id, capsule_id, subject from drift
                where id = $1 and settled_at is null and capsule_id is not null for update
                """;
        return tx.first(sql, Tuple.of(id), DriftLog::row);
    }

    /** One that is open for longer than the grace, with nobody about to do anything; skips what others look at. */
    public Optional<Open> lockOldest(Tx tx, DriftKind kind, Duration grace) throws InterruptedException {
        String sql = """
                select d.id, d.kind, d.host_id, d.capsule_id, d.subject from drift d
                where d.kind = $1 and d.settled_at is null and d.first_seen < now() - $2 * interval '1 millisecond'
                  and not exists (select from eviction e where e.host_id = d.host_id and e.capsule_id = d.capsule_id)
                  and exists (select from host h where h.id = d.host_id and h.lease_until > now())
                order by d.id limit 1 for update of d skip locked
                """;
        return tx.first(sql, Tuple.of(kind.name(), grace.toMillis()), DriftLog::row);
    }

    /** The same, of what is set aside of capsules that are deleted now. */
    public Optional<Open> lockDeleted(Tx tx, Duration grace) throws InterruptedException {
        String sql = """
                select d.id, d.kind, d.host_id, d.capsule_id, d.subject from drift d
                join capsule c on c.id = d.capsule_id
                where d.kind = 'SET_ASIDE' and d.settled_at is null and c.state = 'DELETED'
                  and d.first_seen < now() - $1 * interval '1 millisecond'
                  and not exists (select from eviction e where e.host_id = d.host_id and e.capsule_id = d.capsule_id)
                  and exists (select from host h where h.id = d.host_id and h.lease_until > now())
                order by d.id limit 1 for update of d skip locked
                """;
        return tx.first(sql, Tuple.of(grace.toMillis()), DriftLog::row);
    }

    /** Forgets what was settled longer ago than this; answers how many rows. */
    public int forget(Tx tx, Duration age) throws InterruptedException {
        return tx.update(
                "delete from drift where settled_at < now() - $1 * interval '1 millisecond'", Tuple.of(age.toMillis()));
    }

    /** @param subject within the kind and host; of SET_ASIDE, the capsule and its generation */
    public record Open(long id, DriftKind kind, HostId host, CapsuleId capsule, String subject) {}

    private static Open row(Row row) {
        UUID capsule = row.getUUID("capsule_id");
        return new Open(
                row.getLong("id"),
                DriftKind.valueOf(row.getString("kind")),
                new HostId(row.getString("host_id")),
                new CapsuleId(capsule),
                row.getString("subject"));
    }
}
