package org.datacapsule.router.result;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.Tuple;
import java.time.Duration;
import java.time.ZoneOffset;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.datacapsule.common.capsule.CapsuleType;
import org.datacapsule.common.id.CapsuleId;
import org.datacapsule.common.id.ResultId;
import org.datacapsule.common.id.Sha256;
import org.datacapsule.router.archive.ArchiveEntry;
import org.datacapsule.router.archive.ArchiveVerdict;
import org.datacapsule.router.archive.ArchiveVerdict.Listed;
import org.datacapsule.router.archive.ArchiveVerdict.Refused;
import org.datacapsule.router.database.Tx;

/** Rows of results and their reviewers' votes. Who locks more than one row locks the capsule before its results. */
final class ResultStore {
    private static final String COLUMNS = """
            r.id, r.capsule_id, c.type, r.bytes, r.sha256, r.status, r.content_deleted_at is not null as content_deleted
            from result r join capsule c on c.id = r.capsule_id""";

    /** Adds what has arrived: to be reviewed, or rejected at once. */
    void insert(Tx tx, Upload upload, ArchiveVerdict verdict) throws InterruptedException {
        switch (verdict) {
            case Listed listed ->
                tx.update(
                        """
                        insert into result (id, capsule_id, bytes, sha256, asked_at, status, files)
                        values ($1, $2, $3, $4, $5, 'PENDING', $6)
                        """,
                        Tuple.of(
                                upload.id().value(),
                                upload.capsule().value(),
                                upload.bytes(),
                                upload.sha256().hex(),
                                upload.askedAt().atOffset(ZoneOffset.UTC),
                                files(listed.entries())));
            case Refused refused ->
                tx.update(
                        """
                        insert into result (id, capsule_id, bytes, sha256, asked_at, status, files, decided_at, comment,
                            content_deleted_at)
                        values ($1, $2, $3, $4, $5, 'REJECTED', '[]', now(), $6, now())
                        """,
                        Tuple.of(
                                upload.id().value(),
                                upload.capsule().value(),
                                upload.bytes(),
                                upload.sha256().hex(),
                                upload.askedAt().atOffset(ZoneOffset.UTC),
                                refusal(refused)));
        }
    }

    static String refusal(Refused refused) {
        return "The service does not take this archive: " + refused.why() + ".";
    }

    private static JsonArray files(List<ArchiveEntry> entries) {
        JsonArray files = new JsonArray();
        entries.forEach(entry -> files.add(new JsonObject()
                .put("path", entry.path())
                .put("kind", entry.kind().name())
                .put("bytes", entry.bytes())
                .put("type", entry.type())));
        return files;
    }

    Optional<Sha256> checksum(Tx tx, ResultId id) throws InterruptedException {
        return tx.first(
                "select sha256 from result where id = $1",
                Tuple.of(id.value()),
                row -> new Sha256(row.getString("sha256")));
    }

    Optional<Result> find(Tx tx, ResultId id) throws InterruptedException {
        return tx.first("select " + COLUMNS + " where r.id = $1", Tuple.of(id.value()), ResultStore::result);
    }

    /** As it is until the transaction ends. */
    Optional<Result> share(Tx tx, ResultId id) throws InterruptedException {
        return tx.first(
                "select " + COLUMNS + " where r.id = $1 for share of r", Tuple.of(id.value()), ResultStore::result);
    }

    /** Locked until the transaction ends, and nobody comes onto its capsule meanwhile. */
    Optional<Result> lock(Tx tx, ResultId id) throws InterruptedException {
        tx.first(
                "select from capsule where id = (select capsule_id from result where id = $1) for share",
                Tuple.of(id.value()),
                row -> true);
        return tx.first(
                "select " + COLUMNS + " where r.id = $1 for update of r", Tuple.of(id.value()), ResultStore::result);
    }

    Optional<CapsuleType> capsuleType(Tx tx, CapsuleId capsule) throws InterruptedException {
        return tx.first(
                "select type from capsule where id = $1",
                Tuple.of(capsule.value()),
                row -> CapsuleType.parse(row.getString("type")));
    }

    /** Whether the user was ever on the capsule. */
    boolean wasMember(Tx tx, CapsuleId capsule, String user) throws InterruptedException {
        return tx.first(
                        "select from member_ever where capsule_id = $1 and user_guid = $2",
                        Tuple.of(capsule.value(), user),
                        row -> true)
                .orElse(false);
    }

    /** Who may download results of a capsule, and where they can be written to. */
    record Recipient(String guid, Optional<String> email) {}

    List<Recipient> recipients(Tx tx, CapsuleId capsule) throws InterruptedException {
        String sql = """
                select m.user_guid, u.email from member m
                join capsule c on c.id = m.capsule_id join users u on u.guid = m.user_guid
                where m.capsule_id = $1 and m.tou and (c.type <> 'RESEARCH-FULL' or m.full_access)
                order by m.user_guid
                """;
        return tx.list(
                sql,
                Tuple.of(capsule.value()),
                row -> new Recipient(row.getString("user_guid"), Optional.ofNullable(row.getString("email"))));
    }

    /** Who approved it and may still review it. */
    Set<String> approvals(Tx tx, Result result) throws InterruptedException {
        String sql = """
                select v.reviewer from result_vote v where v.result_id = $1 and not exists (
                    select from member_ever m where m.capsule_id = $2 and m.user_guid = v.reviewer)
                """;
        return new HashSet<>(tx.list(
                sql, Tuple.of(result.id().value(), result.capsule().value()), row -> row.getString("reviewer")));
    }

    void vote(Tx tx, ResultId id, String reviewer, Optional<String> comment) throws InterruptedException {
        tx.update(
                "insert into result_vote (result_id, reviewer, comment) values ($1, $2, $3) on conflict do nothing",
                Tuple.of(id.value(), reviewer, comment.orElse(null)));
    }

    void decide(Tx tx, ResultId id, ResultStatus status, String reviewer, Optional<String> comment)
            throws InterruptedException {
        tx.update(
                "update result set status = $2, decided_at = now(), reviewer = $3, comment = $4 where id = $1",
                Tuple.of(id.value(), status.name(), reviewer, comment.orElse(null)));
    }

    boolean isReleased(Tx tx, ResultId id) throws InterruptedException {
        return tx.first(
                        "select from result where id = $1 and status = 'RELEASED' and content_deleted_at is null",
                        Tuple.of(id.value()),
                        row -> true)
                .orElse(false);
    }

    /** One whose time is over; other routers skip it. */
    Optional<Result> lockOutdated(Tx tx, Duration released, Duration others) throws InterruptedException {
        String sql = "select " + COLUMNS + """
                 where r.content_deleted_at is null and r.status <> 'PENDING'
                  and r.decided_at < now() - (case when r.status = 'RELEASED' then $1::bigint else $2::bigint end)
                    * interval '1 millisecond'
                order by r.decided_at limit 1 for update of r skip locked
                """;
        return tx.first(sql, Tuple.of(released.toMillis(), others.toMillis()), ResultStore::result);
    }

    void contentDeleted(Tx tx, ResultId id) throws InterruptedException {
        tx.update("update result set content_deleted_at = now() where id = $1", Tuple.of(id.value()));
    }

    private static Result result(Row row) {
        return new Result(
                new ResultId(row.getUUID("id")),
                new CapsuleId(row.getUUID("capsule_id")),
                CapsuleType.parse(row.getString("type")),
                row.getLong("bytes"),
                new Sha256(row.getString("sha256")),
                ResultStatus.valueOf(row.getString("status")),
                row.getBoolean("content_deleted"));
    }
}
