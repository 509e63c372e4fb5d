package org.datacapsule.router.result;

import io.vertx.core.json.JsonObject;
import io.vertx.sqlclient.Row;
import org.datacapsule.router.capsule.CapsuleJson;
import org.jspecify.annotations.Nullable;

/** A result's row as deployed front ends know it; members and reviewers know its id by two spellings. */
final class ResultJson {
    private static final String YES = "YES";
    private static final String NO = "NO";

    private ResultJson() {}

    /** An element of getvmresults' {@code res}. */
    static JsonObject forMember(Row row) {
        return common(row)
                .put("resultId", row.getUUID("id").toString())
                .put("expired", row.getOffsetDateTime("content_deleted_at") != null);
    }

    /** getresultinfo. */
    static JsonObject whole(Row row) {
        return forMember(row)
                .put("roles", CapsuleJson.roles(row))
                .put("title", row.getString("title"))
                .put("rr_data_files", row.getString("rr_data_files"))
                .put("rr_result_usage", row.getString("rr_result_usage"))
                .put("files", row.getJsonArray("files"));
    }

    /** An element of the reviewers' {@code reviewInfo}. */
    static JsonObject forReviewer(Row row) {
        return common(row)
                .put("resultid", row.getUUID("id").toString())
                .put("username", row.getString("owner_name"))
                .put("useremail", row.getString("owner_email"))
                .put("roles", CapsuleJson.roles(row))
                .put("approvedByCaller", row.getBoolean("mine"));
    }

    private static JsonObject common(Row row) {
        ResultStatus status = ResultStatus.valueOf(row.getString("status"));
        return new JsonObject()
                .put("vmid", row.getUUID("capsule_id").toString())
                .put("createtime", CapsuleJson.seedTime(row, "created_at"))
                .put("notified", status == ResultStatus.PENDING ? NO : YES)
                .put("notifiedtime", decidedAt(row))
                .put("reviewer", row.getString("reviewer"))
                .put("status", status.wireName())
                .put("comment", row.getString("comment"))
                .put("state", row.getOffsetDateTime("content_deleted_at") == null ? "CREATED" : "DELETED")
                .put("bytes", row.getLong("bytes"))
                .put("sha256", row.getString("sha256"))
                .put("entries", row.getInteger("entries"));
    }

    private static @Nullable String decidedAt(Row row) {
        return row.getOffsetDateTime("decided_at") == null ? null : CapsuleJson.seedTime(row, "decided_at");
    }
}
