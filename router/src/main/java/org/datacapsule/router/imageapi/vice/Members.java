package org.datacapsule.router.imageapi.vice;

import io.vertx.core.json.Json;
import io.vertx.core.json.JsonObject;
import java.util.List;
import java.util.Optional;
import org.datacapsule.router.http.DialectRequest;
import org.datacapsule.router.http.Parameters;

/**
 * What a body says, member by member. Clients that were generated send empty text for what they have not, so that is as good as
 * nothing; members that the seed does not have are passed over.
 *
 * @param within what stands before the names in what is said of them, such as {@code credentials.}
 */
record Members(JsonObject json, String within) {
    private static final int MOST_OF_ANYTHING = 4096;

    static Members of(DialectRequest request) {
        return new Members(request.jsonIfAny(), "");
    }

    /** One line of 1 to {@code longest} characters. */
    Optional<String> text(String name, int longest) {
        Object value = json.getValue(name);
        if (value == null || value.equals("")) {
            return Optional.empty();
        }
        if (!(value instanceof String text)
                || text.length() > longest
                || text.chars().anyMatch(Character::isISOControl)) {
            throw Parameters.invalid(within + name, "must be text of at most " + longest + " characters in one line");
        }
        return Optional.of(text);
    }

    String required(String name, int longest) {
        return text(name, longest).orElseThrow(() -> Parameters.invalid(within + name, "is required"));
    }

    Optional<String> oneOf(String name, List<String> allowed) {
        Object value = json.getValue(name);
        if (value == null || value.equals("")) {
            return Optional.empty();
        }
        if (value instanceof String text && allowed.contains(text)) {
            return Optional.of(text);
        }
        throw Parameters.invalid(within + name, "must be one of " + String.join(", ", allowed));
    }

    Optional<Members> object(String name) {
        return switch (json.getValue(name)) {
            case null -> Optional.empty();
            case JsonObject object -> Optional.of(new Members(object, within + name + "."));
            default -> throw Parameters.invalid(within + name, "must be an object");
        };
    }

    /** Whatever stands there, as JSON. */
    Optional<String> anything(String name) {
        Object value = json.getValue(name);
        if (value == null) {
            return Optional.empty();
        }
        String text = Json.encode(value);
        if (text.length() > MOST_OF_ANYTHING) {
            throw Parameters.invalid(
                    within + name, "has " + text.length() + " characters, and may have " + MOST_OF_ANYTHING);
        }
        return Optional.of(text);
    }
}
