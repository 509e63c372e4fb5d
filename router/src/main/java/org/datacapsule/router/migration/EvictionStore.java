package org.datacapsule.router.migration;

import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.Tuple;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.datacapsule.common.id.CapsuleId;
import org.datacapsule.common.id.HostId;
import org.datacapsule.common.id.OperationId;
import org.datacapsule.router.database.Tx;

/** Rows of what hosts still have to remove. A row lives until the host says that nothing is left. */
public final class EvictionStore {

    /** What the host has is to be removed; in the same transaction as what makes it no home of the capsule any more. */
    public void insert(Tx tx, CapsuleId capsule, HostId host, long generation, String requestId)
            throws InterruptedException {
        insert(tx, capsule, host, generation, Eviction.Work.REMOVE, requestId);
    }

    /** The same, for work other than to discard. What a migration brought there that nobody knew the end of is meant too. */
    public void insert(Tx tx, CapsuleId capsule, HostId host, long generation, Eviction.Work work, String requestId)
            throws InterruptedException {
        String sql = """
                insert into eviction (id, capsule_id, host_id, generation, sequence, request_id, work)
                select gen_random_uuid(), c.id, $2, greatest($3, (select max(m.generation) from migration m
                        where m.capsule_id = c.id and m.target_host = $2 and m.finished_at is not null)),
                    c.sequence, $4, $5
                from capsule c where c.id = $1
                on conflict (capsule_id, host_id) where work <> 'DISCARD' do update set generation = excluded.generation,
                    sequence = excluded.sequence, id = excluded.id, work = excluded.work, attempt = 1, due_at = now()
                """;
        tx.update(sql, Tuple.of(capsule.value(), host.value(), generation, requestId, work.name()));
    }

    /** What the host has set aside of the capsule under that generation is to go. */
    public void discard(Tx tx, CapsuleId capsule, HostId host, long setAside, String requestId)
            throws InterruptedException {
        String sql = """
                insert into eviction (id, capsule_id, host_id, generation, sequence, request_id, work, set_aside)
                select gen_random_uuid(), c.id, $2, c.generation, c.sequence, $4, 'DISCARD', $3
                from capsule c where c.id = $1
                on conflict (capsule_id, host_id, set_aside) where work = 'DISCARD' do nothing
                """;
        tx.update(sql, Tuple.of(capsule.value(), host.value(), setAside, requestId));
    }

    /** Whether the host still has something of the capsule that it is told to remove or set aside. */
    public boolean isPending(Tx tx, CapsuleId capsule, HostId host) throws InterruptedException {
        return tx.first(
                        "select from eviction where capsule_id = $1 and host_id = $2 and work <> 'DISCARD'",
                        Tuple.of(capsule.value(), host.value()),
                        row -> true)
                .orElse(false);
    }

    /** What a host that comes back has to do first, each as a new attempt, so that what failed is tried again. */
    public List<Eviction> recall(Tx tx, HostId host) throws InterruptedException {
        String sql = """
                update eviction set attempt = attempt + 1 where host_id = $1 and work <> 'DISCARD'
                returning id, capsule_id, host_id, generation, sequence, attempt, request_id, work, set_aside
                """;
        return tx.list(sql, Tuple.of(host.value()), EvictionStore::eviction);
    }

    /** One that is due at a host that is not fenced, this router's for {@code lease}. */
    public Optional<Eviction> claim(Tx tx, Duration lease) throws InterruptedException {
        String sql = """
                update eviction e set due_at = now() + $1 * interval '1 millisecond'
                where id = (select id from eviction where due_at <= now() and not exists (
                                select from host h where h.id = host_id and h.fence_state is not null)
                            order by due_at limit 1 for update skip locked)
                returning id, capsule_id, host_id, generation, sequence, attempt, request_id, work, set_aside
                """;
        return tx.first(sql, Tuple.of(lease.toMillis()), EvictionStore::eviction);
    }

    public void later(Tx tx, Eviction eviction, int attempt, Duration delay) throws InterruptedException {
        tx.update(
                "update eviction set attempt = $2, due_at = now() + $3 * interval '1 millisecond' where id = $1",
                Tuple.of(eviction.id().value(), attempt, delay.toMillis()));
    }

    /** Nothing is left: the ports the capsule held there are free again, unless it has come back meanwhile. */
    public void done(Tx tx, Eviction eviction) throws InterruptedException {
        tx.update("delete from eviction where id = $1", Tuple.of(eviction.id().value()));
        if (eviction.work() == Eviction.Work.DISCARD) {
            return;
        }
        String sql = """
                update host_port p set capsule_id = null where p.capsule_id = $1 and p.host_id = $2
                  and not exists (select from capsule c
                                  where c.id = $1 and c.host_id = $2 and c.state <> 'DELETED')
                """;
        tx.update(sql, Tuple.of(eviction.capsule().value(), eviction.host().value()));
    }

    private static Eviction eviction(Row row) {
        UUID id = row.getUUID("id");
        return new Eviction(
                new OperationId(id),
                new CapsuleId(row.getUUID("capsule_id")),
                new HostId(row.getString("host_id")),
                row.getLong("generation"),
                row.getLong("sequence"),
                row.getInteger("attempt"),
                row.getString("request_id"),
                Eviction.Work.valueOf(row.getString("work")),
                Optional.ofNullable(row.getLong("set_aside")));
    }
}
