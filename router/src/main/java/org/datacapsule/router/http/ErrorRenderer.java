package org.datacapsule.router.http;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import org.datacapsule.common.error.ErrorCode;
import org.datacapsule.common.error.Problem;
import org.datacapsule.common.error.ProblemException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The one place where a failure becomes an answer, and the one place where a fault of ours is logged. */
public final class ErrorRenderer {
    private static final Logger LOG = LoggerFactory.getLogger(ErrorRenderer.class);
    private static final String RETRY_AFTER_SECONDS = "2";
    private static final String CHALLENGE = "Bearer realm=\"datacapsule\"";

    private final Function<Throwable, Optional<Problem>> known;

    /** @param known what is known of exceptions of the parts below, such as a database that is away */
    public ErrorRenderer(Function<Throwable, Optional<Problem>> known) {
        this.known = known;
    }

    /** An answer that is no success. */
    record Rendered(int status, ErrorCode code, Map<String, String> headers, JsonObject body) {}

    Rendered render(Throwable failure, String requestId) {
        return render(problem(failure, requestId), requestId);
    }

    static Rendered render(Problem problem, String requestId) {
        int status = problem.code().httpStatus();
        JsonObject body = new JsonObject()
                .put("statusCode", status)
                .put("code", problem.code().slug())
                .put("description", problem.detail())
                .put("requestId", requestId);
        if (!problem.violations().isEmpty()) {
            JsonArray violations = new JsonArray();
            problem.violations()
                    .forEach(violation -> violations.add(
                            new JsonObject().put("field", violation.field()).put("message", violation.message())));
            body.put("violations", violations);
        }
        return new Rendered(status, problem.code(), headers(problem.code()), body);
    }

    /** What is to be said of a failure, which is logged where it is a fault of ours. */
    Problem problem(Throwable failure, String requestId) {
        if (failure instanceof ProblemException refusal) {
            return refusal.problem();
        }
        if (failure instanceof InterruptedException) {
            return Problem.of(ErrorCode.SERVICE_UNAVAILABLE, "The server is stopping; try again in a moment.");
        }
        Optional<Problem> explained = known.apply(failure);
        if (explained.isPresent()) {
            LOG.atWarn()
                    .addKeyValue("requestId", requestId)
                    .addKeyValue("code", explained.get().code().slug())
                    .addKeyValue("cause", failure.toString())
                    .log("request could not be served");
            return explained.get();
        }
        LOG.atError().addKeyValue("requestId", requestId).setCause(failure).log("request failed");
        return Problem.of(
                ErrorCode.INTERNAL, "Something is wrong with the server. Give the requestId to those who run it.");
    }

    private static Map<String, String> headers(ErrorCode code) {
        Map<String, String> headers = new LinkedHashMap<>();
        switch (code.httpStatus()) {
            case 401 ->
                headers.put(
                        "WWW-Authenticate",
                        code == ErrorCode.AUTH_TOKEN_MISSING ? CHALLENGE : CHALLENGE + ", error=\"invalid_token\"");
            case 503 -> headers.put("Retry-After", RETRY_AFTER_SECONDS);
            default -> {
                // The other statuses say all there is to say in the body.
            }
        }
        return headers;
    }
}
