package org.datacapsule.router.operation;

import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.Tuple;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.datacapsule.common.capsule.OperationKind;
import org.datacapsule.common.error.ErrorCode;
import org.datacapsule.common.error.Problem;
import org.datacapsule.common.id.CapsuleId;
import org.datacapsule.common.id.HostId;
import org.datacapsule.common.id.OperationId;
import org.datacapsule.router.database.Tx;

/** Rows of operations. Times are the database's, so that routers' clocks need not agree. */
public final class OperationStore {
    private static final String COLUMNS =
            "id, capsule_id, kind, state, sequence, generation, host_id, attempt, request_id, deadline, deadline < now() as overdue";

    static String columnsOf(String alias) {
        return alias + "." + COLUMNS.replace(", ", ", " + alias + ".");
    }

    /** Adds an operation that is due at once; its capsule must have no other at work. */
    public void insert(Tx tx, NewOperation operation, Duration deadline) throws InterruptedException {
        String sql = """
                insert into operation (id, capsule_id, kind, state, sequence, generation, host_id, requested_by,
                                       request_id, deadline)
                values ($1, $2, $3, 'QUEUED', $4, $5, $6, $7, $8, now() + $9 * interval '1 millisecond')
                """;
        tx.update(
                sql,
                Tuple.from(List.of(
                        operation.id().value(),
                        operation.capsule().value(),
                        operation.kind().name(),
                        operation.sequence(),
                        operation.generation(),
                        operation.host().value(),
                        operation.requestedBy(),
                        operation.requestId(),
                        deadline.toMillis())));
    }

    /** Ends all that is at work for a capsule, pushes of keys too, because a later command takes its place; answers the ids. */
    public List<OperationId> cancelAtWork(Tx tx, CapsuleId capsule) throws InterruptedException {
        String sql = """
                update operation set state = 'CANCELLED', finished_at = now(), error_code = $2, error_detail = $3
                where capsule_id = $1 and state in ('QUEUED', 'RUNNING') returning id
                """;
        return tx.list(
                sql,
                Tuple.of(capsule.value(), ErrorCode.OPERATION_CANCELLED.slug(), "A later command took its place."),
                row -> new OperationId(row.getUUID("id")));
    }

    /**
     * Claims operations that are due, oldest first, for {@code lease}; routers skip each other's. Of a capsule's key
     * pushes only the first is ever out, so that one that was held up cannot bring older keys after newer ones.
     */
    public List<Operation> claimDue(Tx tx, int atMost, Duration lease) throws InterruptedException {
        String sql = """
                with due as (
                    select id from operation o where state in ('QUEUED', 'RUNNING') and due_at <= now()
                      and (kind <> 'SYNC_KEYS' or not exists (
                        select from operation before
                        where before.capsule_id = o.capsule_id and before.number < o.number
                          and before.kind = 'SYNC_KEYS' and before.state in ('QUEUED', 'RUNNING')))
                    order by due_at limit $1 for update skip locked)
                update operation o set due_at = now() + $2 * interval '1 millisecond' from due where o.id = due.id
                returning %s
                """.formatted(columnsOf("o"));
        return tx.list(sql, Tuple.of(atMost, lease.toMillis()), OperationStore::operation);
    }

    public Optional<Operation> lock(Tx tx, OperationId id) throws InterruptedException {
        return tx.first(
                "select " + COLUMNS + " from operation where id = $1 for update",
                Tuple.of(id.value()),
                OperationStore::operation);
    }

    /** The capsule an operation belongs to; fixed for its life, so no lock is needed. */
    public Optional<CapsuleId> capsuleOf(Tx tx, OperationId id) throws InterruptedException {
        return tx.first(
                "select capsule_id from operation where id = $1",
                Tuple.of(id.value()),
                row -> new CapsuleId(row.getUUID("capsule_id")));
    }

    /** The host has it in its journal; it is asked again after {@code recheck}. */
    public void accepted(Tx tx, OperationId id, int attempt, Duration recheck) throws InterruptedException {
        String sql = """
                update operation set state = 'RUNNING', due_at = now() + $3 * interval '1 millisecond',
                    error_code = nullif(error_code, 'host.unreachable'),
                    error_detail = case when error_code = 'host.unreachable' then null else error_detail end
                where id = $1 and attempt = $2 and state in ('QUEUED', 'RUNNING')
                """;
        tx.update(sql, Tuple.of(id.value(), attempt, recheck.toMillis()));
    }

    /** It could not be sent, or the host said nothing; the same attempt is sent again after {@code delay}. */
    public void askAgain(Tx tx, OperationId id, int attempt, Duration delay) throws InterruptedException {
        String sql = """
                update operation set due_at = now() + $3 * interval '1 millisecond'
                where id = $1 and attempt = $2 and state in ('QUEUED', 'RUNNING')
                """;
        tx.update(sql, Tuple.of(id.value(), attempt, delay.toMillis()));
    }

    /** The same, of a host that is not heard of: the operation says why it waits, until it is accepted. */
    public void waitFor(Tx tx, OperationId id, int attempt, Problem why, Duration delay) throws InterruptedException {
        String sql = """
                update operation set due_at = now() + $3 * interval '1 millisecond', error_code = $4, error_detail = $5
                where id = $1 and attempt = $2 and state in ('QUEUED', 'RUNNING')
                """;
        tx.update(
                sql, Tuple.of(id.value(), attempt, delay.toMillis(), why.code().slug(), why.detail()));
    }

    /** The host tried and failed in a way that may pass; a new attempt follows after {@code delay}. */
    public void tryAgain(Tx tx, OperationId id, Problem problem, Duration delay) throws InterruptedException {
        String sql = """
                update operation set state = 'QUEUED', attempt = attempt + 1, error_code = $2, error_detail = $3,
                    due_at = now() + $4 * interval '1 millisecond' where id = $1
                """;
        tx.update(sql, Tuple.of(id.value(), problem.code().slug(), problem.detail(), delay.toMillis()));
    }

    public void succeed(Tx tx, OperationId id) throws InterruptedException {
        String sql = """
                update operation set state = 'SUCCEEDED', finished_at = now(), progress = 100,
                    error_code = null, error_detail = null where id = $1
                """;
        tx.update(sql, Tuple.of(id.value()));
    }

    public void fail(Tx tx, OperationId id, Problem problem) throws InterruptedException {
        String sql = """
                update operation set state = 'FAILED', finished_at = now(), error_code = $2, error_detail = $3
                where id = $1
                """;
        tx.update(sql, Tuple.of(id.value(), problem.code().slug(), problem.detail()));
    }

    public void progress(Tx tx, OperationId id, int attempt, String step, int percent) throws InterruptedException {
        String sql = """
                update operation set step = $3, progress = greatest(progress, $4)
                where id = $1 and attempt = $2 and state in ('QUEUED', 'RUNNING')
                """;
        tx.update(sql, Tuple.of(id.value(), attempt, step, percent));
    }

    /** An agent was started anew: what it had accepted is asked after at once. */
    public int dueOnHost(Tx tx, HostId host) throws InterruptedException {
        return tx.update(
                "update operation set due_at = now() where host_id = $1 and state in ('QUEUED', 'RUNNING')",
                Tuple.of(host.value()));
    }

    /** An operation as its caller sees it, when the caller has a role on its capsule or sees all. */
    Optional<OperationView> view(Tx tx, OperationId id, String user, boolean seesAll) throws InterruptedException {
        String sql = """
                select id, capsule_id, kind, state, attempt, progress, step, error_code, error_detail, created_at,
                       finished_at, deadline
                from operation o where id = $1 and ($3 or exists (
                    select from member m where m.capsule_id = o.capsule_id and m.user_guid = $2))
                """;
        return tx.first(sql, Tuple.of(id.value(), user, seesAll), OperationStore::view);
    }

    private static OperationView view(Row row) {
        return new OperationView(
                new OperationId(row.getUUID("id")),
                new CapsuleId(row.getUUID("capsule_id")),
                row.getString("kind"),
                OperationState.valueOf(row.getString("state")),
                row.getInteger("attempt"),
                row.getInteger("progress"),
                Optional.ofNullable(row.getString("step")),
                Optional.ofNullable(row.getString("error_code")),
                Optional.ofNullable(row.getString("error_detail")),
                row.getOffsetDateTime("created_at"),
                Optional.ofNullable(row.getOffsetDateTime("finished_at")),
                row.getOffsetDateTime("deadline"));
    }

    static Operation operation(Row row) {
        return new Operation(
                new OperationId(row.getUUID("id")),
                new CapsuleId(row.getUUID("capsule_id")),
                OperationKind.valueOf(row.getString("kind")),
                OperationState.valueOf(row.getString("state")),
                row.getLong("sequence"),
                row.getLong("generation"),
                new HostId(row.getString("host_id")),
                row.getInteger("attempt"),
                row.getString("request_id"),
                row.getOffsetDateTime("deadline"),
                row.getBoolean("overdue"));
    }
}
