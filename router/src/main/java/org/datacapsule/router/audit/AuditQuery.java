package org.datacapsule.router.audit;

import io.vertx.core.json.JsonObject;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.Tuple;
import java.time.OffsetDateTime;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.datacapsule.router.database.Tx;

/** Finds rows of the audit log. In the chain's order nothing ever appears before what was read already. */
final class AuditQuery {

    /** @param after a position in the chain */
    record Filter(
            long after,
            Optional<String> user,
            Optional<String> capsule,
            Optional<String> action,
            Optional<String> outcome,
            Optional<OffsetDateTime> since,
            Optional<OffsetDateTime> until) {}

    List<JsonObject> find(Tx tx, Filter filter, int atMost) throws InterruptedException {
        String sql = """
                select c.position, c.hash, a.id, a.at, a.user_guid, a.email, a.client_address, a.request_id, a.action,
                       a.capsule_id, a.operation_id, a.outcome, a.detail
                from audit_chain c join audit a on a.id = c.audit_id
                where c.position > $1
                  and ($2::text is null or a.user_guid = $2 or a.email = $2)
                  and ($3::uuid is null or a.capsule_id = $3)
                  and ($4::text is null or a.action = $4)
                  and ($5::text is null or a.outcome = $5)
                  and ($6::timestamptz is null or a.at >= $6)
                  and ($7::timestamptz is null or a.at < $7)
                order by c.position limit $8
                """;
        Tuple arguments = Tuple.from(new Object[] {
            filter.after(),
            filter.user().orElse(null),
            filter.capsule().map(UUID::fromString).orElse(null),
            filter.action().orElse(null),
            filter.outcome().orElse(null),
            filter.since().orElse(null),
            filter.until().orElse(null),
            atMost
        });
        return tx.list(sql, arguments, AuditQuery::json);
    }

    private static JsonObject json(Row row) {
        AuditEntry entry = AuditStore.entry(row);
        return new JsonObject()
                .put("position", row.getLong("position"))
                .put("id", entry.id())
                .put("at", entry.at().toString())
                .put("user", entry.userGuid())
                .put("email", entry.email().orElse(null))
                .put("clientAddress", entry.clientAddress())
                .put("requestId", entry.requestId())
                .put("action", entry.action())
                .put("vmid", entry.capsule().map(Object::toString).orElse(null))
                .put("operation", entry.operation().map(Object::toString).orElse(null))
                .put("outcome", entry.outcome())
                .put("detail", entry.detail().orElse(null))
                .put("hash", HexFormat.of().formatHex(row.getBuffer("hash").getBytes()));
    }
}
