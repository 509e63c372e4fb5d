package org.datacapsule.devkit.fleet;

import com.fasterxml.jackson.databind.JsonNode;

/** What the API answered. */
public record Answer(int status, JsonNode body) {

    /** The body, when the status is a success. */
    public JsonNode success() {
        if (status / 100 != 2) {
            throw new IllegalStateException("the API answered " + status + ": " + body);
        }
        return body;
    }

    public String text(String field) {
        return success().path(field).asText();
    }
}
