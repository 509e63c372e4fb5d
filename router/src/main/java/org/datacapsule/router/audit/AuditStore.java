package org.datacapsule.router.audit;

import io.vertx.core.buffer.Buffer;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.Tuple;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import org.datacapsule.common.id.Sha256;
import org.datacapsule.router.database.Tx;

/** Rows of the audit log and its chain. */
final class AuditStore {
    /** Of the advisory lock that makes one writer of the chain at a time; any number that nobody else uses. */
    private static final long CHAIN_LOCK = 0x61756469745f6331L;

    private static final String ENTRY = """
            a.id, a.at, a.user_guid, a.email, a.client_address, a.request_id, a.action, a.capsule_id,
            a.operation_id, a.outcome, a.detail""";

    /**
     * Makes the caller the chain's only writer until the transaction ends. It must be a statement of its own, so that the
     * next one sees all that the writer before has committed.
     */
    boolean tryLockChain(Tx tx) throws InterruptedException {
        return tx.first(
                        "select pg_try_advisory_xact_lock($1) as locked",
                        Tuple.of(CHAIN_LOCK),
                        row -> row.getBoolean("locked"))
                .orElse(false);
    }

    boolean somethingWaits(Tx tx) throws InterruptedException {
        return tx.first("select from audit_unchained limit 1", Tuple.tuple(), row -> true)
                .orElse(false);
    }

    AuditChain.Head head(Tx tx) throws InterruptedException {
        return tx.first(
                        "select position, hash from audit_head",
                        Tuple.tuple(),
                        row -> new AuditChain.Head(row.getLong("position"), hash(row, "hash")))
                .orElseThrow();
    }

    /** Takes rows that wait for their place, oldest first. */
    List<AuditEntry> takeUnchained(Tx tx, int atMost) throws InterruptedException {
        String sql = """
                with taken as (
                    delete from audit_unchained where audit_id in (
                        select u.audit_id from audit_unchained u join audit a on a.id = u.audit_id
                        order by u.audit_id limit $1) returning audit_id)
                select %s from taken join audit a on a.id = taken.audit_id order by a.id
                """.formatted(ENTRY);
        return tx.list(sql, Tuple.of(atMost), AuditStore::entry);
    }

    void append(Tx tx, List<Link> links) throws InterruptedException {
        String sql = """
                insert into audit_chain (position, audit_id, previous, hash)
                select * from unnest($1::bigint[], $2::bigint[], $3::bytea[], $4::bytea[])
                """;
        tx.update(
                sql,
                Tuple.of(
                        links.stream().map(Link::position).toArray(Long[]::new),
                        links.stream().map(Link::auditId).toArray(Long[]::new),
                        links.stream().map(link -> bytes(link.previous())).toArray(Buffer[]::new),
                        links.stream().map(link -> bytes(link.hash())).toArray(Buffer[]::new)));
        Link last = links.getLast();
        tx.update("update audit_head set position = $1, hash = $2", Tuple.of(last.position(), bytes(last.hash())));
    }

    /** The chain after a position, with each link's row or without when that is gone. */
    List<Link> links(Tx tx, long after, int atMost) throws InterruptedException {
        String sql = """
                select c.position, c.audit_id, c.previous, c.hash, %s
                from audit_chain c left join audit a on a.id = c.audit_id
                where c.position > $1 order by c.position limit $2
                """.formatted(ENTRY);
        return tx.list(
                sql,
                Tuple.of(after, atMost),
                row -> new Link(
                        row.getLong("position"),
                        row.getLong("audit_id"),
                        hash(row, "previous"),
                        hash(row, "hash"),
                        row.getLong("id") == null ? Optional.empty() : Optional.of(entry(row))));
    }

    /** The first row that has no place in the chain and does not wait for one. */
    Optional<Long> firstStray(Tx tx) throws InterruptedException {
        String sql = """
                select id from audit a
                where not exists (select from audit_chain c where c.audit_id = a.id)
                  and not exists (select from audit_unchained u where u.audit_id = a.id)
                order by id limit 1
                """;
        return tx.first(sql, Tuple.tuple(), row -> row.getLong("id"));
    }

    /** The first row that waits for its place and is gone. */
    Optional<Long> firstLost(Tx tx) throws InterruptedException {
        String sql = """
                select audit_id from audit_unchained u
                where not exists (select from audit a where a.id = u.audit_id) order by audit_id limit 1
                """;
        return tx.first(sql, Tuple.tuple(), row -> row.getLong("audit_id"));
    }

    long waiting(Tx tx) throws InterruptedException {
        return tx.first("select count(*) as waiting from audit_unchained", Tuple.tuple(), row -> row.getLong("waiting"))
                .orElse(0L);
    }

    static AuditEntry entry(Row row) {
        return new AuditEntry(
                row.getLong("id"),
                row.getOffsetDateTime("at").toInstant(),
                row.getString("user_guid"),
                Optional.ofNullable(row.getString("email")),
                row.getString("client_address"),
                row.getString("request_id"),
                row.getString("action"),
                Optional.ofNullable(row.getUUID("capsule_id")),
                Optional.ofNullable(row.getUUID("operation_id")),
                row.getString("outcome"),
                Optional.ofNullable(row.getString("detail")));
    }

    private static Sha256 hash(Row row, String column) {
        return new Sha256(HexFormat.of().formatHex(row.getBuffer(column).getBytes()));
    }

    private static Buffer bytes(Sha256 hash) {
        return Buffer.buffer(HexFormat.of().parseHex(hash.hex()));
    }
}
