package org.datacapsule.router.drift;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.Tuple;
import java.time.OffsetDateTime;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Optional;
import org.datacapsule.common.id.CapsuleId;
import org.datacapsule.router.database.Database;
import org.datacapsule.router.http.Call;
import org.datacapsule.router.http.Endpoints;
import org.datacapsule.router.http.Parameters;
import org.datacapsule.router.http.Reply;
import org.jspecify.annotations.Nullable;

/** /v1/drift: where rows and hosts disagreed, in the order it was first seen. */
public final class DriftRoutes {
    private static final int MANY = 100;

    private static final String SQL = """
            select id, kind, host_id, capsule_id, seen, done, first_seen, last_seen, settled_at
            from drift
            where id > $1
              and ($2::text is null or kind = $2)
              and ($3::text is null or host_id = $3)
              and ($4::uuid is null or capsule_id = $4)
              and ($5::boolean is null or (settled_at is null) = $5)
              and ($6::timestamptz is null or last_seen >= $6)
            order by id limit $7
            """;

    private final Database database;

    public DriftRoutes(Database database) {
        this.database = database;
    }

    public void register(Endpoints endpoints) {
        endpoints.serve("listDrift", this::list);
    }

    private Reply list(Call call) throws InterruptedException {
        Parameters parameters = call.parameters();
        int limit = parameters.optionalInteger("limit").orElse(MANY);
        Tuple arguments = Tuple.from(new @Nullable Object[] {
            parameters.position("cursor", 0),
            parameters.optionalText("kind").orElse(null),
            parameters.optionalText("host").orElse(null),
            parameters.has("capsule")
                    ? parameters.parsed("capsule", CapsuleId::parse).value()
                    : null,
            parameters.optionalFlag("open").orElse(null),
            parameters.optionalTime("since").orElse(null),
            limit + 1
        });
        List<JsonObject> rows = database.read(tx -> tx.list(SQL, arguments, DriftRoutes::json));
        JsonArray shown = new JsonArray();
        rows.stream().limit(limit).forEach(shown::add);
        JsonObject body = new JsonObject().put("drift", shown);
        if (rows.size() > limit) {
            body.put("nextCursor", rows.get(limit - 1).getLong("id").toString());
        }
        return Reply.ok(body);
    }

    private static JsonObject json(Row row) {
        return new JsonObject()
                .put("id", row.getLong("id"))
                .put("kind", row.getString("kind"))
                .put("host", row.getString("host_id"))
                .put(
                        "vmid",
                        Optional.ofNullable(row.getUUID("capsule_id"))
                                .map(Object::toString)
                                .orElse(null))
                .put("seen", row.getString("seen"))
                .put("done", row.getString("done"))
                .put("open", row.getOffsetDateTime("settled_at") == null)
                .put("firstSeen", rfc3339(row.getOffsetDateTime("first_seen")))
                .put("lastSeen", rfc3339(row.getOffsetDateTime("last_seen")))
                .put("settledAt", rfc3339(row.getOffsetDateTime("settled_at")));
    }

    private static @Nullable String rfc3339(@Nullable OffsetDateTime time) {
        return time == null
                ? null
                : time.truncatedTo(ChronoUnit.MILLIS).toInstant().toString();
    }
}
