package org.datacapsule.router.expiry;

import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.Tuple;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Optional;
import org.datacapsule.common.capsule.CapsuleType;
import org.datacapsule.common.id.CapsuleId;
import org.datacapsule.router.database.Tx;
import org.datacapsule.router.lifetime.ExpiryStage;
import org.datacapsule.router.lifetime.Lifetime;

/** The columns of a capsule's row that its expiry goes by. Times are the database's. */
final class ExpiryStore {
    private static final String COLUMNS =
            "id, name, type, life_began_at, last_active_at, expiry_stage, expiry_stage_since, extensions, now() as now";

    /** A capsule as its expiry sees it; the row is locked. */
    record Expiring(CapsuleId id, String name, Lifetime life, int extensions, Instant now) {}

    /** One that is to be looked at; other routers skip it. */
    Optional<Expiring> claimDue(Tx tx) throws InterruptedException {
        String sql = "select " + COLUMNS + """
                 from capsule where state <> 'DELETED' and expiry_due_at <= now()
                  and not exists (select from host h where h.id = host_id and h.fence_state is not null)
                order by expiry_due_at limit 1 for update skip locked
                """;
        return tx.first(sql, Tuple.tuple(), ExpiryStore::expiring);
    }

    Optional<Expiring> find(Tx tx, CapsuleId id) throws InterruptedException {
        return tx.first(
                "select " + COLUMNS + " from capsule where id = $1", Tuple.of(id.value()), ExpiryStore::expiring);
    }

    void lookAgain(Tx tx, CapsuleId id, Instant when) throws InterruptedException {
        tx.update("update capsule set expiry_due_at = $2 where id = $1", Tuple.of(id.value(), time(when)));
    }

    /** Enters a stage; it is looked at again at once. */
    void enter(Tx tx, CapsuleId id, ExpiryStage stage) throws InterruptedException {
        String sql = """
                update capsule set expiry_stage = $2, expiry_stage_since = now(), expiry_due_at = now() where id = $1
                """;
        tx.update(sql, Tuple.of(id.value(), stage.name()));
    }

    /** Begins the capsule's life anew, which for a DEMO capsule is counted. */
    void extend(Tx tx, CapsuleId id) throws InterruptedException {
        String sql = """
                update capsule set life_began_at = now(), last_active_at = now(),
                    extensions = extensions + case when type = 'DEMO' then 1 else 0 end,
                    expiry_stage = 'ACTIVE', expiry_stage_since = now(), expiry_due_at = now()
                where id = $1
                """;
        tx.update(sql, Tuple.of(id.value()));
    }

    /** Where its owner can be told. */
    List<String> ownersEmails(Tx tx, CapsuleId id) throws InterruptedException {
        String sql = """
                select u.email from member m join users u on u.guid = m.user_guid
                where m.capsule_id = $1 and m.role in ('OWNER-CONTROLLER', 'OWNER') and u.email is not null
                """;
        return tx.list(sql, Tuple.of(id.value()), row -> row.getString("email"));
    }

    private static Expiring expiring(Row row) {
        return new Expiring(
                new CapsuleId(row.getUUID("id")),
                row.getString("name"),
                new Lifetime(
                        CapsuleType.parse(row.getString("type")),
                        instant(row, "life_began_at"),
                        instant(row, "last_active_at"),
                        ExpiryStage.valueOf(row.getString("expiry_stage")),
                        instant(row, "expiry_stage_since")),
                row.getInteger("extensions"),
                instant(row, "now"));
    }

    private static Instant instant(Row row, String column) {
        return row.getOffsetDateTime(column).toInstant();
    }

    private static OffsetDateTime time(Instant instant) {
        return instant.atOffset(ZoneOffset.UTC);
    }
}
