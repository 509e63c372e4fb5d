package org.datacapsule.router.imageapi.zstack;

import io.vertx.core.json.JsonObject;
import org.datacapsule.common.error.Problem;

/** Failures as ZStack words them: a code of a list, what that code means, and what went wrong this time. */
final class ZstackError {

    private ZstackError() {}

    static JsonObject of(Problem problem) {
        return switch (problem.code()) {
            case AUTH_TOKEN_MISSING, AUTH_TOKEN_INVALID, AUTH_TOKEN_EXPIRED ->
                error("ID.1001", "Session expired", problem);
            case AUTH_FORBIDDEN, IMAGE_PERMISSION_DENIED -> error("ID.1002", "Permission denied", problem);
            case IMAGE_NOT_FOUND -> error("SYS.1003", "Resource cannot be found", problem);
            case REQUEST_INVALID -> error("SYS.1007", "One or more API argument is invalid", problem);
            default -> error("SYS.1006", "An operation failed", problem);
        };
    }

    /** Of a sign-in that came to nothing. */
    static JsonObject ofLogin(Problem problem) {
        return error("ID.1000", "Authentication failed", problem);
    }

    private static JsonObject error(String code, String description, Problem problem) {
        return new JsonObject()
                .put(
                        "error",
                        new JsonObject()
                                .put("code", code)
                                .put("description", description)
                                .put("details", problem.detail()));
    }
}
