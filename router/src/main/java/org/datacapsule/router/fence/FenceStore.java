package org.datacapsule.router.fence;

import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.Tuple;
import java.time.Duration;
import java.util.Optional;
import org.datacapsule.common.id.HostId;
import org.datacapsule.router.database.Tx;
import org.datacapsule.router.fence.Fencing.Result;

/** Rows of fences, and what of them stands in a host's row. */
final class FenceStore {

    /** How a host stands. */
    enum Standing {
        UP,
        DOWN,
        /** Its fence command runs. */
        FENCING,
        /** Its fence command was begun, and nobody will say any more how it ended. */
        UNKNOWN,
        FENCED
    }

    record Fenced(Standing standing, long epoch) {}

    /** The host's row is locked until the transaction ends; empty when there is none. */
    Optional<Fenced> lock(Tx tx, HostId host) throws InterruptedException {
        // A statement of its own, so that what follows sees what the lock was waited for.
        tx.first("select from host where id = $1 for no key update", Tuple.of(host.value()), row -> true);
        String sql = """
                select h.fence_state, h.fence_epoch, h.lease_until > now() as up,
                       coalesce((select f.due_at < now() from fence f
                                 where f.host_id = h.id order by f.epoch desc limit 1), true) as overdue
                from host h where h.id = $1
                """;
        return tx.first(sql, Tuple.of(host.value()), FenceStore::fenced);
    }

    private static Fenced fenced(Row row) {
        String state = row.getString("fence_state");
        Standing standing;
        if (state == null) {
            standing = row.getBoolean("up") ? Standing.UP : Standing.DOWN;
        } else if (state.equals("FENCED")) {
            standing = Standing.FENCED;
        } else {
            standing = row.getBoolean("overdue") ? Standing.UNKNOWN : Standing.FENCING;
        }
        return new Fenced(standing, row.getLong("fence_epoch"));
    }

    /** The host's fence command is about to run; answers its epoch. */
    long begin(Tx tx, HostId host, String by, Duration within) throws InterruptedException {
        giveUp(tx, host);
        long epoch = raise(tx, host, "FENCING");
        String sql = """
                insert into fence (host_id, epoch, how, requested_by, due_at)
                values ($1, $2, 'COMMAND', $3, now() + $4 * interval '1 millisecond')
                """;
        tx.update(sql, Tuple.of(host.value(), epoch, by, within.toMillis()));
        return epoch;
    }

    /** What was begun and has no result will not get one. */
    void giveUp(Tx tx, HostId host) throws InterruptedException {
        tx.update(
                "update fence set result = 'UNKNOWN', finished_at = now() where host_id = $1 and result is null",
                Tuple.of(host.value()));
        tx.update(
                "update host set fence_state = null where id = $1 and fence_state = 'FENCING'", Tuple.of(host.value()));
    }

    void end(Tx tx, HostId host, long epoch, Result result) throws InterruptedException {
        String sql = """
                update fence set result = $3, exit_code = $4, output = $5, finished_at = now()
                where host_id = $1 and epoch = $2
                """;
        tx.update(
                sql,
                Tuple.of(
                        host.value(), epoch, result.isOff() ? "FENCED" : "FAILED", result.exitCode(), result.output()));
        if (result.isOff()) {
            raise(tx, host, "FENCED");
        } else {
            tx.update("update host set fence_state = null where id = $1", Tuple.of(host.value()));
        }
    }

    /** Somebody says that the machine is off. */
    void state(Tx tx, HostId host, String by) throws InterruptedException {
        giveUp(tx, host);
        long epoch = raise(tx, host, "FENCED");
        String sql = """
                insert into fence (host_id, epoch, how, requested_by, due_at, finished_at, result)
                values ($1, $2, 'STATEMENT', $3, now(), now(), 'FENCED')
                """;
        tx.update(sql, Tuple.of(host.value(), epoch, by));
    }

    /** Whatever the host has said of an older epoch counts no more. */
    long raise(Tx tx, HostId host, String state) throws InterruptedException {
        String sql = """
                update host set fence_epoch = fence_epoch + 1, fence_state = $2,
                    fenced_at = case when fence_state = 'FENCED' then fenced_at else now() end
                where id = $1 returning fence_epoch
                """;
        return tx.first(sql, Tuple.of(host.value(), state), row -> row.getLong("fence_epoch"))
                .orElseThrow();
    }

    void readmit(Tx tx, HostId host) throws InterruptedException {
        tx.update("update host set fence_state = null, fenced_at = null where id = $1", Tuple.of(host.value()));
        tx.update(
                "update fence set readmitted_at = now() where host_id = $1 and result = 'FENCED' and readmitted_at is null",
                Tuple.of(host.value()));
    }
}
