package org.datacapsule.router.event;

import io.vertx.core.json.JsonObject;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.Tuple;
import java.time.Duration;
import java.util.List;
import org.datacapsule.router.database.Tx;

/** Rows of events. */
final class EventStore {
    /** Of the advisory lock that makes one publisher at a time; any number that nobody else uses. */
    private static final long PUBLISH_LOCK = 0x6576656e745f7075L;

    private static final String COLUMNS = "e.position, e.at, e.capsule_id, e.kind, e.detail";

    /**
     * Makes the caller the only publisher until the transaction ends. A statement of its own, so that the next one sees
     * all that the publisher before has committed.
     */
    boolean tryLockPublishing(Tx tx) throws InterruptedException {
        return tx.first(
                        "select pg_try_advisory_xact_lock($1) as locked",
                        Tuple.of(PUBLISH_LOCK),
                        row -> row.getBoolean("locked"))
                .orElse(false);
    }

    boolean somethingWaits(Tx tx) throws InterruptedException {
        return tx.first("select from event where position is null limit 1", Tuple.tuple(), row -> true)
                .orElse(false);
    }

    /** Gives committed events their position; answers how many. */
    int publish(Tx tx, int atMost) throws InterruptedException {
        String sql = """
                with next as (
                    select id, nextval('event_position') as position from (
                        select id from event where position is null order by id limit $1) waiting)
                update event e set position = next.position from next where e.id = next.id
                """;
        return tx.update(sql, Tuple.of(atMost));
    }

    /** The position of the newest event; what is published later comes after it. */
    long head(Tx tx) throws InterruptedException {
        return tx.first(
                        "select coalesce(max(position), 0) as head from event",
                        Tuple.tuple(),
                        row -> row.getLong("head"))
                .orElse(0L);
    }

    /** Events on the user's capsules since the user is on them, as far as the user may query the capsule. */
    List<JsonObject> ofMember(Tx tx, String user, long after, int atMost) throws InterruptedException {
        String sql = """
                select %s
                from member m
                join capsule c on c.id = m.capsule_id
                join event e on e.capsule_id = m.capsule_id
                where m.user_guid = $1 and m.tou and (c.type <> 'RESEARCH-FULL' or m.full_access)
                  and e.at >= m.since and e.position > $2
                order by e.position limit $3
                """.formatted(COLUMNS);
        return tx.list(sql, Tuple.of(user, after, atMost), EventStore::json);
    }

    /** Results that came to wait for review, of capsules the reviewer never was on. */
    List<JsonObject> ofReviews(Tx tx, String reviewer, long after, int atMost) throws InterruptedException {
        String sql = """
                select %s from event e
                where e.kind = 'result.received' and e.position > $2
                  and not exists (select from member_ever m where m.capsule_id = e.capsule_id and m.user_guid = $1)
                order by e.position limit $3
                """.formatted(COLUMNS);
        return tx.list(sql, Tuple.of(reviewer, after, atMost), EventStore::json);
    }

    List<JsonObject> all(Tx tx, long after, int atMost) throws InterruptedException {
        String sql = "select " + COLUMNS + " from event e where e.position > $1 order by e.position limit $2";
        return tx.list(sql, Tuple.of(after, atMost), EventStore::json);
    }

    int purge(Tx tx, Duration age) throws InterruptedException {
        return tx.update(
                "delete from event where at < now() - $1 * interval '1 millisecond' and position is not null",
                Tuple.of(age.toMillis()));
    }

    private static JsonObject json(Row row) {
        return new JsonObject()
                .put("id", row.getLong("position"))
                .put("at", row.getOffsetDateTime("at").toInstant().toString())
                .put("vmid", row.getUUID("capsule_id").toString())
                .put("kind", row.getString("kind"))
                .put("detail", row.getJsonObject("detail"));
    }
}
