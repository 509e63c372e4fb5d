package org.datacapsule.router.imageapi.danube;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.Map;
import java.util.UUID;
import org.datacapsule.common.error.ErrorCode;
import org.datacapsule.common.error.Problem;
import org.datacapsule.router.http.DialectAnswer;
import org.datacapsule.router.http.Reply;
import org.jspecify.annotations.Nullable;

/** Answers as Danube Cloud wraps them: what was done as a task that ended, what could not begin as a {@code detail}. */
final class Envelope {

    private Envelope() {}

    static Reply success(@Nullable Object result) {
        return Reply.ok(task("SUCCESS", result));
    }

    /** A task that goes on: its end is asked for by its id. */
    static Reply pending(String task) {
        return new Reply(201, task("PENDING", null, task));
    }

    /** A task that began before, and ended well. */
    static Reply ended(String task, JsonObject result) {
        return Reply.ok(task("SUCCESS", result, task));
    }

    /** A task that began before, and came to nothing. */
    static Reply failed(String task, String why) {
        return new Reply(400, task("FAILURE", why, task));
    }

    static DialectAnswer answer(Reply reply) {
        return DialectAnswer.json(reply.status(), reply.body())
                .with(Map.of("es_task_id", reply.body().getString("task_id")));
    }

    static DialectAnswer refusal(Problem problem) {
        if (problem.code() == ErrorCode.REQUEST_INVALID && !problem.violations().isEmpty()) {
            JsonObject fields = new JsonObject();
            problem.violations().forEach(one -> fields.put(one.field(), new JsonArray().add(one.message())));
            return answer(new Reply(400, task("FAILURE", fields)));
        }
        int status = status(problem.code());
        return detail(status, problem.detail()).with(status == 503 ? Map.of("Retry-After", "2") : Map.of());
    }

    static DialectAnswer detail(int status, String detail) {
        return DialectAnswer.json(status, new JsonObject().put("detail", detail));
    }

    private static JsonObject task(String status, @Nullable Object result) {
        return task(status, result, UUID.randomUUID().toString());
    }

    private static JsonObject task(String status, @Nullable Object result, String id) {
        return new JsonObject().put("status", status).put("result", result).put("task_id", id);
    }

    private static int status(ErrorCode code) {
        return switch (code) {
            case AUTH_TOKEN_MISSING, AUTH_TOKEN_INVALID, AUTH_TOKEN_EXPIRED, IMAGE_PERMISSION_DENIED -> 403;
            case IMAGE_NOT_FOUND -> 404;
            case IMAGE_NAME_TAKEN -> 406;
            case IMAGE_INVALID_STATE -> 417;
            case IMAGE_IN_USE -> 428;
            default -> code.httpStatus();
        };
    }
}
