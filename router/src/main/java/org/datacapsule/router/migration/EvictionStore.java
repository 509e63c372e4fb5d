package org.datacapsule.router.migration;

import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.Tuple;
import java.time.Duration;
import java.util.Optional;
import java.util.UUID;
import org.datacapsule.common.id.CapsuleId;
import org.datacapsule.common.id.HostId;
import org.datacapsule.common.id.OperationId;
import org.datacapsule.router.database.Tx;

/** Rows of what hosts still have to remove. A row lives until the host says that nothing is left. */
public final class EvictionStore {

    /** In the same transaction as what makes the host no home of the capsule any more. */
    public void insert(Tx tx, CapsuleId capsule, HostId host, long generation, String requestId)
            throws InterruptedException {
        String sql = """
                insert into eviction (id, capsule_id, host_id, generation, sequence, request_id)
                select gen_random_uuid(), c.id, $2, $3, c.sequence, $4 from capsule c where c.id = $1
                on conflict (capsule_id, host_id) do update set generation = excluded.generation,
                    sequence = excluded.sequence, id = excluded.id, attempt = 1, due_at = now()
                """;
        tx.update(sql, Tuple.of(capsule.value(), host.value(), generation, requestId));
    }

    boolean isPending(Tx tx, CapsuleId capsule, HostId host) throws InterruptedException {
        return tx.first(
                        "select from eviction where capsule_id = $1 and host_id = $2",
                        Tuple.of(capsule.value(), host.value()),
                        row -> true)
                .orElse(false);
    }

    /** One that is due, this router's for {@code lease}. */
    public Optional<Eviction> claim(Tx tx, Duration lease) throws InterruptedException {
        String sql = """
                update eviction e set due_at = now() + $1 * interval '1 millisecond'
                where id = (select id from eviction where due_at <= now() order by due_at limit 1
                            for update skip locked)
                returning id, capsule_id, host_id, generation, sequence, attempt, request_id
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
                row.getString("request_id"));
    }
}
