package org.datacapsule.router.result;

import io.vertx.core.buffer.Buffer;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.Tuple;
import java.time.Duration;
import java.time.ZoneOffset;
import java.util.Optional;
import org.datacapsule.common.id.CapsuleId;
import org.datacapsule.common.id.HostId;
import org.datacapsule.common.id.ResultId;
import org.datacapsule.common.id.Sha256;
import org.datacapsule.common.wire.ResultMessage;
import org.datacapsule.router.database.Tx;

/** Rows of uploads and their chunks. */
final class UploadStore {
    private static final String COLUMNS = "id, capsule_id, bytes, sha256, asked_at, received, mismatches";

    /**
     * Whether the host may speak for the capsule, and the capsule was in secure mode when its guest asked: it is now, or a
     * switch had led there and nothing that succeeded had ended it by then. A result often arrives when its user has switched
     * back already. The hosts' clocks may be off by a minute.
     */
    boolean mayBegin(Tx tx, ResultMessage.Begin begin) throws InterruptedException {
        String sql = """
                select from capsule c
                where c.id = $1
                  and (c.host_id = $2 and c.generation = $3
                    -- handed in at the host it has moved away from since
                    or exists (
                        select from migration m
                        where m.capsule_id = c.id and m.source_host = $2 and m.generation = $3 + 1
                          and m.secure and m.result = 'MOVED'))
                  and (
                    (c.mode = 'SECURE' and c.state <> 'DELETED')
                    or exists (
                        select from operation s
                        where s.capsule_id = c.id and s.kind = 'SWITCH_TO_SECURE' and s.state = 'SUCCEEDED'
                          and s.created_at <= $4::timestamptz + interval '1 minute'
                          and not exists (
                            select from operation e
                            where e.capsule_id = c.id and e.sequence > s.sequence and e.kind not in ('SYNC_KEYS', 'MIGRATE')
                              and e.state = 'SUCCEEDED' and e.finished_at < $4::timestamptz - interval '1 minute')))
                """;
        return tx.first(
                        sql,
                        Tuple.of(
                                begin.capsule().value(),
                                begin.host().value(),
                                begin.generation(),
                                begin.askedAt().atOffset(ZoneOffset.UTC)),
                        row -> true)
                .orElse(false);
    }

    /** Adds it; when another router did so at the same time, nothing happens. */
    void insert(Tx tx, ResultMessage.Begin begin) throws InterruptedException {
        String sql = """
                insert into result_upload (id, capsule_id, host_id, generation, bytes, sha256, asked_at)
                values ($1, $2, $3, $4, $5, $6, $7) on conflict do nothing
                """;
        tx.update(
                sql,
                Tuple.of(
                        begin.id().value(),
                        begin.capsule().value(),
                        begin.host().value(),
                        begin.generation(),
                        begin.bytes(),
                        begin.sha256().hex(),
                        begin.askedAt().atOffset(ZoneOffset.UTC)));
    }

    /** Whether somebody else than this host ships it. */
    boolean isOfAnother(Tx tx, ResultId id, HostId host) throws InterruptedException {
        return tx.first(
                        "select from result_upload where id = $1 and host_id <> $2",
                        Tuple.of(id.value(), host.value()),
                        row -> true)
                .orElse(false);
    }

    Optional<Upload> lock(Tx tx, ResultId id) throws InterruptedException {
        return tx.first(
                "select " + COLUMNS + " from result_upload where id = $1 for update",
                Tuple.of(id.value()),
                UploadStore::upload);
    }

    /** Adds the chunk that comes next. */
    void append(Tx tx, Upload upload, byte[] content) throws InterruptedException {
        tx.update(
                "insert into result_chunk (upload_id, position, content) values ($1, $2, $3)",
                Tuple.of(upload.id().value(), upload.received(), Buffer.buffer(content)));
        tx.update(
                "update result_upload set received = received + $2, touched_at = now() where id = $1",
                Tuple.of(upload.id().value(), content.length));
    }

    Optional<byte[]> chunk(Tx tx, ResultId id, long position) throws InterruptedException {
        return tx.first(
                "select content from result_chunk where upload_id = $1 and position = $2",
                Tuple.of(id.value(), position),
                row -> row.getBuffer("content").getBytes());
    }

    /** Makes the caller the one who brings it into the release store, for {@code lease}; not while another is. */
    boolean claim(Tx tx, ResultId id, Duration lease) throws InterruptedException {
        String sql = """
                update result_upload set storing_until = now() + $2 * interval '1 millisecond', touched_at = now()
                where id = $1 and (storing_until is null or storing_until < now())
                """;
        return tx.update(sql, Tuple.of(id.value(), lease.toMillis())) == 1;
    }

    void renew(Tx tx, ResultId id, Duration lease) throws InterruptedException {
        tx.update(
                "update result_upload set storing_until = now() + $2 * interval '1 millisecond' where id = $1",
                Tuple.of(id.value(), lease.toMillis()));
    }

    void release(Tx tx, ResultId id) throws InterruptedException {
        tx.update("update result_upload set storing_until = null where id = $1", Tuple.of(id.value()));
    }

    /** Forgets its bytes; it is to be sent anew. */
    void beginAnew(Tx tx, ResultId id) throws InterruptedException {
        tx.update("delete from result_chunk where upload_id = $1", Tuple.of(id.value()));
        tx.update(
                "update result_upload set received = 0, mismatches = mismatches + 1, storing_until = null where id = $1",
                Tuple.of(id.value()));
    }

    void delete(Tx tx, ResultId id) throws InterruptedException {
        tx.update("delete from result_upload where id = $1", Tuple.of(id.value()));
    }

    /** One that nobody has sent anything of for so long; other routers skip it. */
    Optional<ResultId> lockAbandoned(Tx tx, Duration age) throws InterruptedException {
        String sql = """
                select id from result_upload
                where touched_at < now() - $1 * interval '1 millisecond' and (storing_until is null or storing_until < now())
                order by touched_at limit 1 for update skip locked
                """;
        return tx.first(sql, Tuple.of(age.toMillis()), row -> new ResultId(row.getUUID("id")));
    }

    private static Upload upload(Row row) {
        return new Upload(
                new ResultId(row.getUUID("id")),
                new CapsuleId(row.getUUID("capsule_id")),
                row.getLong("bytes"),
                new Sha256(row.getString("sha256")),
                row.getOffsetDateTime("asked_at").toInstant(),
                row.getLong("received"),
                row.getInteger("mismatches"));
    }
}
