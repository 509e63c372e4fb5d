package org.datacapsule.router.operation;

import io.vertx.core.json.JsonObject;
import java.time.OffsetDateTime;
import java.time.temporal.ChronoUnit;
import java.util.Optional;
import org.datacapsule.common.id.CapsuleId;
import org.datacapsule.common.id.OperationId;

/** What a caller may know of an operation. */
record OperationView(
        OperationId id,
        CapsuleId capsule,
        String kind,
        OperationState state,
        int attempt,
        int progress,
        Optional<String> step,
        Optional<String> errorCode,
        Optional<String> errorDetail,
        OffsetDateTime createdAt,
        Optional<OffsetDateTime> finishedAt,
        OffsetDateTime deadline) {

    JsonObject json() {
        return new JsonObject()
                .put("id", id.toString())
                .put("vmid", capsule.toString())
                .put("kind", kind)
                .put("status", state.name())
                .put("attempt", attempt)
                .put("progress", progress)
                .put("step", step.orElse(null))
                .put("error", errorCode.map(this::error).orElse(null))
                .put("createdAt", rfc3339(createdAt))
                .put("finishedAt", finishedAt.map(OperationView::rfc3339).orElse(null))
                .put("deadline", rfc3339(deadline));
    }

    private JsonObject error(String code) {
        return new JsonObject().put("code", code).put("description", errorDetail.orElse(""));
    }

    private static String rfc3339(OffsetDateTime time) {
        return time.truncatedTo(ChronoUnit.MILLIS).toInstant().toString();
    }
}
