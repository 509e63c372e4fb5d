package org.datacapsule.router.contract;

import io.vertx.core.json.JsonObject;
import java.util.List;
import java.util.Map;

/**
 * One operation of the document.
 *
 * @param responses schemas by status and content type
 */
record ApiOperation(
        String id,
        String method,
        String path,
        boolean secured,
        List<String> tokenRoles,
        List<Parameter> parameters,
        List<String> bodyTypes,
        Map<Integer, Map<String, JsonObject>> responses,
        List<String> errorCodes) {

    /** @param in path, query, header or body */
    record Parameter(String name, String in, boolean required, JsonObject schema) {}

    @Override
    public String toString() {
        return id + " (" + method + " " + path + ")";
    }
}
