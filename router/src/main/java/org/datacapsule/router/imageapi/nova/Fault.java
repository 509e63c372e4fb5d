package org.datacapsule.router.imageapi.nova;

import io.vertx.core.json.JsonObject;
import java.util.LinkedHashMap;
import java.util.Map;
import org.datacapsule.common.error.Problem;
import org.datacapsule.router.http.DialectAnswer;

/** Failures as Nova, and Keystone before it, word them. */
final class Fault {

    private Fault() {}

    static int status(Problem problem) {
        return switch (problem.code()) {
            case IMAGE_NOT_FOUND -> 404;
            case IMAGE_PERMISSION_DENIED -> 403;
            case IMAGE_INVALID_STATE, IMAGE_IN_USE -> 409;
            // The seed has 413 for too many items; later releases of Nova have 403.
            case QUOTA_EXCEEDED -> 413;
            default -> problem.code().httpStatus();
        };
    }

    static DialectAnswer nova(Problem problem) {
        int status = status(problem);
        JsonObject fault = new JsonObject().put("code", status).put("message", problem.detail());
        return DialectAnswer.json(status, new JsonObject().put(name(status), fault))
                .with(retry(status));
    }

    /** @param identity where tokens are to be had */
    static DialectAnswer keystone(Problem problem, String identity) {
        int status = status(problem);
        JsonObject error =
                new JsonObject().put("code", status).put("title", title(status)).put("message", problem.detail());
        Map<String, String> headers = new LinkedHashMap<>(retry(status));
        if (status == 401) {
            headers.put("WWW-Authenticate", "Keystone uri=\"" + identity + "\"");
        }
        return DialectAnswer.json(status, new JsonObject().put("error", error)).with(headers);
    }

    private static String name(int status) {
        return switch (status) {
            case 400 -> "badRequest";
            case 403 -> "forbidden";
            case 404 -> "itemNotFound";
            case 405 -> "badMethod";
            case 409 -> "conflictingRequest";
            case 413 -> "overLimit";
            case 415 -> "badMediaType";
            case 503 -> "serviceUnavailable";
            default -> "computeFault";
        };
    }

    private static String title(int status) {
        return switch (status) {
            case 400 -> "Bad Request";
            case 401 -> "Unauthorized";
            case 403 -> "Forbidden";
            case 404 -> "Not Found";
            case 405 -> "Method Not Allowed";
            case 413 -> "Request Entity Too Large";
            case 415 -> "Unsupported Media Type";
            case 503 -> "Service Unavailable";
            default -> "Error";
        };
    }

    private static Map<String, String> retry(int status) {
        return status == 503 ? Map.of("Retry-After", "2") : Map.of();
    }
}
