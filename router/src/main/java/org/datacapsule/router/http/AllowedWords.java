package org.datacapsule.router.http;

import io.vertx.core.json.JsonObject;
import java.util.stream.Collectors;

/** Says what a schema allows in words, from its keywords; what a pattern means stands in {@code x-allowed}. */
final class AllowedWords {

    private AllowedWords() {}

    static String of(JsonObject schema) {
        if (schema.containsKey("x-allowed")) {
            return schema.getString("x-allowed");
        }
        if (schema.containsKey("enum")) {
            return schema.getJsonArray("enum").stream()
                    .map(String::valueOf)
                    .collect(Collectors.joining(
                            ", ", "one of ", schema.getBoolean("x-any-case", false) ? ", in any letter case" : ""));
        }
        return switch (schema.getString("type")) {
            case "integer" -> "a whole number" + range(schema);
            case "boolean" -> "true or false";
            default -> "text" + length(schema);
        };
    }

    private static String range(JsonObject schema) {
        return " from " + schema.getLong("minimum") + " to " + schema.getLong("maximum");
    }

    private static String length(JsonObject schema) {
        return schema.containsKey("maxLength") ? " of at most " + schema.getInteger("maxLength") + " characters" : "";
    }
}
