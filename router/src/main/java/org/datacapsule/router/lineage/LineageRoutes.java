package org.datacapsule.router.lineage;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.List;
import org.datacapsule.common.error.ErrorCode;
import org.datacapsule.common.error.ProblemException;
import org.datacapsule.common.id.CapsuleId;
import org.datacapsule.router.database.Database;
import org.datacapsule.router.http.Call;
import org.datacapsule.router.http.Endpoints;
import org.datacapsule.router.http.Reply;

/** /v1/capsules/{id}/lineage: for operators and admins, also of a capsule that is deleted. */
public final class LineageRoutes {
    private final Database database;
    private final LineageStore lineage;

    public LineageRoutes(Database database, LineageStore lineage) {
        this.database = database;
        this.lineage = lineage;
    }

    public void register(Endpoints endpoints) {
        endpoints.serve("showLineage", this::show);
    }

    private Reply show(Call call) throws InterruptedException {
        CapsuleId id = call.parameters().parsed("id", CapsuleId::parse);
        List<JsonObject> files = database.read(tx -> lineage.of(tx, id));
        if (files.isEmpty()) {
            throw new ProblemException(ErrorCode.CAPSULE_NOT_FOUND, "There are no files of a capsule " + id + ".");
        }
        return Reply.ok(new JsonObject().put("files", new JsonArray(files)));
    }
}
