package org.datacapsule.router.imageapi.vice;

import io.vertx.core.buffer.Buffer;
import io.vertx.core.json.JsonObject;
import java.util.Map;
import java.util.Set;
import org.datacapsule.common.error.Problem;
import org.datacapsule.router.http.DialectAnswer;
import org.datacapsule.router.http.DialectRequest;
import org.datacapsule.router.http.Reply;

/** Answers as the registry words them. */
final class ViceAnswer {
    private static final Map<String, String> CHALLENGE =
            Map.of("WWW-Authenticate", "Basic realm=\"datacapsule\", charset=\"UTF-8\"");
    private static final Set<Integer> INVALID_INPUT = Set.of(400, 403, 409, 415);

    private ViceAnswer() {}

    static DialectAnswer of(Reply reply) {
        return DialectAnswer.json(reply.status(), reply.body());
    }

    /** Success that has nothing to say. */
    static DialectAnswer empty(Reply reply) {
        return empty(reply.status());
    }

    static DialectAnswer empty(int status) {
        return DialectAnswer.json(status, Buffer.buffer());
    }

    /** The seed has 401 for whatever is not the caller's, and 405 for what is wrong with a body. */
    static DialectAnswer refusal(DialectRequest request, Problem problem) {
        int status = status(request, problem);
        DialectAnswer answer =
                DialectAnswer.json(status, new JsonObject().put("code", status).put("message", problem.detail()));
        return switch (status) {
            case 401 -> answer.with(CHALLENGE);
            case 503 -> answer.with(Map.of("Retry-After", "2"));
            default -> answer;
        };
    }

    private static int status(DialectRequest request, Problem problem) {
        boolean isDeploy = request.path().endsWith("/deploy");
        return switch (problem.code()) {
            case AUTH_FORBIDDEN, IMAGE_PERMISSION_DENIED -> 401;
            case IMAGE_NOT_FOUND, IMAGE_UPLOAD_NOT_FOUND, IMAGE_CONTENT_MISSING, REQUEST_NOT_FOUND ->
                isDeploy ? 405 : 404;
            default -> {
                int status = problem.code().httpStatus();
                if (!INVALID_INPUT.contains(status)) {
                    yield status;
                }
                yield request.path().endsWith("/file") ? 400 : 405;
            }
        };
    }
}
