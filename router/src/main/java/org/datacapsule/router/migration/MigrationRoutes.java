package org.datacapsule.router.migration;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.Tuple;
import java.time.OffsetDateTime;
import java.time.temporal.ChronoUnit;
import java.util.Optional;
import org.datacapsule.router.database.Database;
import org.datacapsule.router.http.Call;
import org.datacapsule.router.http.Endpoints;
import org.datacapsule.router.http.Reply;
import org.jspecify.annotations.Nullable;

/** migratevm of the seed, /v1/migrations, and what takes a host out of use. */
public final class MigrationRoutes {
    private final Database database;
    private final StartMigration start;
    private final CancelMigration cancel;
    private final DrainHost drain;

    public MigrationRoutes(Database database, StartMigration start, CancelMigration cancel, DrainHost drain) {
        this.database = database;
        this.drain = drain;
        this.start = start;
        this.cancel = cancel;
    }

    public void register(Endpoints endpoints) {
        endpoints
                .serve("migratevm", start::byAgents)
                .serve("recordMigration", start::byHand)
                .serve("listMigrations", this::list)
                .serve("cancelMigration", cancel::cancel)
                .serve("drainHost", drain::drain);
    }

    private Reply list(Call call) throws InterruptedException {
        String sql = """
                select m.operation_id, m.capsule_id, m.source_host, m.target_host, m.live, m.bandwidth_mb, m.phase, m.result,
                       m.total_ms, m.downtime_ms, m.created_at, m.finished_at, o.progress, o.state, o.error_code,
                       o.error_detail
                from migration m join operation o on o.id = m.operation_id
                where ($1::boolean is null or (m.finished_at is null) = $1)
                order by m.created_at desc, m.operation_id limit $2
                """;
        int limit = call.parameters().optionalInteger("limit").orElse(100);
        return database.read(tx -> {
            JsonArray migrations = new JsonArray();
            tx.list(
                            sql,
                            Tuple.of(call.parameters().optionalFlag("underWay").orElse(null), limit),
                            MigrationRoutes::json)
                    .forEach(migrations::add);
            return Reply.ok(new JsonObject().put("migrations", migrations));
        });
    }

    private static JsonObject json(Row row) {
        return new JsonObject()
                .put("id", row.getUUID("operation_id").toString())
                .put("vmid", row.getUUID("capsule_id").toString())
                .put("from", row.getString("source_host"))
                .put("to", row.getString("target_host"))
                .put("live", row.getBoolean("live"))
                .put("bandwidth", row.getInteger("bandwidth_mb"))
                .put("phase", row.getString("phase"))
                .put("progress", row.getInteger("progress"))
                .put("state", row.getString("state"))
                .put("result", row.getString("result"))
                .put("totalMs", row.getLong("total_ms"))
                .put("downtimeMs", row.getLong("downtime_ms"))
                .put("error", error(row))
                .put("createdAt", rfc3339(row.getOffsetDateTime("created_at")))
                .put("finishedAt", rfc3339(row.getOffsetDateTime("finished_at")));
    }

    private static @Nullable JsonObject error(Row row) {
        return Optional.ofNullable(row.getString("error_code"))
                .map(code -> new JsonObject().put("code", code).put("description", row.getString("error_detail")))
                .orElse(null);
    }

    private static @Nullable String rfc3339(@Nullable OffsetDateTime time) {
        return time == null
                ? null
                : time.truncatedTo(ChronoUnit.MILLIS).toInstant().toString();
    }
}
