package org.datacapsule.router.http;

import io.vertx.core.json.JsonObject;

/** A successful answer in JSON. */
public record Reply(int status, JsonObject body) implements Success {

    public static Reply ok(JsonObject body) {
        return new Reply(200, body);
    }
}
