package org.datacapsule.router.operation;

import io.vertx.sqlclient.Tuple;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.datacapsule.common.error.ErrorCode;
import org.datacapsule.common.id.CapsuleId;
import org.datacapsule.common.id.OperationId;
import org.datacapsule.router.database.Tx;

/** Rows of operations beside a capsule's life, which today are pushes of keys. */
public final class SideOperationStore {
    /** There is a guest that will not get its keys by a launch that is still to be asked for. */
    private static final String HAS_GUEST = """
            (c.state in ('RUNNING', 'LAUNCH_PENDING', 'SWITCH_TO_MAINTENANCE_PENDING', 'SWITCH_TO_SECURE_PENDING')
             or c.state = 'MIGRATE_PENDING' and c.mode <> 'NOT_DEFINED')
            """;

    /**
     * Adds a push for each of these capsules that has a guest. Their rows are locked, which is what makes the pushes'
     * numbers an order.
     *
     * @param endSessions somebody lost access
     */
    public List<OperationId> startKeySync(
            Tx tx,
            Collection<CapsuleId> capsules,
            boolean endSessions,
            String requestedBy,
            String requestId,
            Duration deadline)
            throws InterruptedException {
        String sql = """
                insert into operation (id, capsule_id, kind, state, sequence, generation, host_id, requested_by,
                                       request_id, deadline, end_sessions)
                select gen_random_uuid(), c.id, 'SYNC_KEYS', 'QUEUED', c.sequence, c.generation, c.host_id, $2, $3,
                       now() + $4 * interval '1 millisecond', $5
                from capsule c where c.id = any ($1) and %s order by c.id returning id
                """.formatted(HAS_GUEST);
        UUID[] ids = capsules.stream().map(CapsuleId::value).toArray(UUID[]::new);
        return tx.list(
                sql,
                Tuple.of(ids, requestedBy, requestId, deadline.toMillis(), endSessions),
                row -> new OperationId(row.getUUID("id")));
    }

    /** Binds an operation to where its capsule runs now, whatever has happened to that since; empty when it does not run. */
    public Optional<Operation> bindToRunning(Tx tx, OperationId id) throws InterruptedException {
        String sql = """
                update operation o set sequence = c.sequence, generation = c.generation, host_id = c.host_id
                from capsule c
                where o.id = $1 and o.state in ('QUEUED', 'RUNNING') and c.id = o.capsule_id and c.state = 'RUNNING'
                returning %s
                """.formatted(OperationStore.columnsOf("o"));
        return tx.first(sql, Tuple.of(id.value()), OperationStore::operation);
    }

    /** Whether a capsule that does not run at the moment has a guest all the same, so that waiting makes sense. */
    public boolean hasGuest(Tx tx, CapsuleId capsule) throws InterruptedException {
        String sql = "select 1 from capsule c where c.id = $1 and " + HAS_GUEST;
        return tx.first(sql, Tuple.of(capsule.value()), row -> true).orElse(false);
    }

    /** There is no guest any more that it could be done in; answers false where it has ended already. */
    public boolean cancel(Tx tx, OperationId id, String why) throws InterruptedException {
        String sql = """
                update operation set state = 'CANCELLED', finished_at = now(), error_code = $2, error_detail = $3
                where id = $1 and state in ('QUEUED', 'RUNNING')
                """;
        return tx.update(sql, Tuple.of(id.value(), ErrorCode.OPERATION_CANCELLED.slug(), why)) == 1;
    }

    /** The same attempt is sent again, after a while that grows with the operation's age. */
    public void askAgain(Tx tx, OperationId id, int attempt, Duration least, Duration most)
            throws InterruptedException {
        String sql = """
                update operation set due_at = now() + greatest($3 * interval '1 millisecond',
                    least((now() - created_at) / 2, $4 * interval '1 millisecond'))
                where id = $1 and attempt = $2 and state in ('QUEUED', 'RUNNING')
                """;
        tx.update(sql, Tuple.of(id.value(), attempt, least.toMillis(), most.toMillis()));
    }
}
