package org.datacapsule.router.image.distribution;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.Tuple;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.datacapsule.common.id.Sha256;
import org.datacapsule.router.database.Tx;

/** Which host has an image, or how far it is on its way there. */
public final class WhereImagesAre {

    /** For each content, every host in order of their names. */
    public Map<Sha256, JsonArray> of(Tx tx, Collection<Sha256> images) throws InterruptedException {
        String sql = """
                select c.sha256, h.id, i.host_id is not null as present, f.done_bytes, f.total_bytes, f.failure,
                       f.last_failure, f.host_id is not null as asked,
                       case when h.fence_state is not null then 'the host is fenced'
                            when h.lease_until <= now() then 'the host is down'
                            when not h.enabled then 'the host is disabled' end as out
                from unnest($1::text[]) as c(sha256) cross join host h
                left join host_image i on i.host_id = h.id and i.sha256 = c.sha256
                left join image_fetch f on f.host_id = h.id and f.sha256 = c.sha256
                where h.removed_at is null order by h.id
                """;
        String[] content = images.stream().map(Sha256::hex).distinct().toArray(String[]::new);
        Map<Sha256, JsonArray> found = new HashMap<>();
        tx.list(sql, Tuple.of((Object) content), row -> row)
                .forEach(row -> found.computeIfAbsent(new Sha256(row.getString("sha256")), key -> new JsonArray())
                        .add(json(row)));
        return found;
    }

    private static JsonObject json(Row row) {
        JsonObject host = new JsonObject().put("host", row.getString("id"));
        if (row.getBoolean("present")) {
            return host.put("state", "PRESENT");
        }
        String out = row.getString("out");
        if (out != null) {
            return host.put("state", "ABSENT").put("cause", out);
        }
        if (!row.getBoolean("asked")) {
            return host.put("state", "ABSENT");
        }
        if (row.getString("failure") != null) {
            return host.put("state", "FAILED").put("cause", row.getString("failure"));
        }
        host.put("state", "FETCHING")
                .put("doneBytes", row.getLong("done_bytes"))
                .put("totalBytes", row.getLong("total_bytes"));
        Optional.ofNullable(row.getString("last_failure")).ifPresent(before -> host.put("cause", before));
        return host;
    }
}
