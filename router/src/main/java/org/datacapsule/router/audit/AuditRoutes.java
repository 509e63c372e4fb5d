package org.datacapsule.router.audit;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.List;
import org.datacapsule.router.database.Database;
import org.datacapsule.router.http.Call;
import org.datacapsule.router.http.Endpoints;
import org.datacapsule.router.http.Parameters;
import org.datacapsule.router.http.Reply;

/** /v1/audit: the audit log, for admins, in the order of its chain. */
public final class AuditRoutes {
    private static final int MANY = 100;

    private final Database database;
    private final AuditQuery query = new AuditQuery();

    public AuditRoutes(Database database) {
        this.database = database;
    }

    public void register(Endpoints endpoints) {
        endpoints.serve("listAudit", this::list);
    }

    private Reply list(Call call) throws InterruptedException {
        Parameters parameters = call.parameters();
        int limit = parameters.optionalInteger("limit").orElse(MANY);
        AuditQuery.Filter filter = new AuditQuery.Filter(
                parameters.position("cursor", 0),
                parameters.optionalText("user"),
                parameters.optionalText("capsule"),
                parameters.optionalText("action"),
                parameters.optionalText("outcome"),
                parameters.optionalTime("since"),
                parameters.optionalTime("until"));
        List<JsonObject> rows = database.read(tx -> query.find(tx, filter, limit + 1));
        JsonArray shown = new JsonArray();
        rows.stream().limit(limit).forEach(shown::add);
        JsonObject body = new JsonObject().put("audit", shown);
        if (rows.size() > limit) {
            body.put("nextCursor", rows.get(limit - 1).getLong("position").toString());
        }
        return Reply.ok(body);
    }
}
