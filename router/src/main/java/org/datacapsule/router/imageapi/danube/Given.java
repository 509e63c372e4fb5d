package org.datacapsule.router.imageapi.danube;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;
import org.datacapsule.common.error.ProblemException;
import org.datacapsule.router.http.DialectRequest;
import org.datacapsule.router.http.Parameters;

/**
 * What a request gives, from its query and its body, which every verb may have. Values may be of their own type or text; what is
 * not known is passed over.
 */
final class Given {
    private static final Pattern TAG = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]{0,31}");

    private static final int LONGEST_URL = 1024;

    private final JsonObject values;

    private Given(JsonObject values) {
        this.values = values;
    }

    static Given of(DialectRequest request) {
        JsonObject values = new JsonObject();
        request.query().forEach(one -> values.put(one.name(), one.value()));
        values.mergeIn(request.jsonIfAny());
        return new Given(values);
    }

    static Given of(JsonObject values) {
        return new Given(values);
    }

    /** These, and in the place of those that are missing the others. */
    Given above(Given others) {
        return new Given(others.values.copy().mergeIn(values));
    }

    Optional<URI> url(String name) {
        return text(name, LONGEST_URL).map(text -> {
            try {
                return new URI(text);
            } catch (URISyntaxException e) {
                throw Parameters.invalid(name, "Enter a valid URL.");
            }
        });
    }

    Optional<String> text(String name, int longest) {
        return value(name).map(value -> {
            String text = value instanceof String given ? given : String.valueOf(value);
            if (value instanceof JsonObject || value instanceof JsonArray || text.length() > longest) {
                throw Parameters.invalid(name, "must be text of at most " + longest + " characters");
            }
            if (text.chars().anyMatch(each -> each == '<' || each == '>' || Character.isISOControl(each))) {
                throw Parameters.invalid(name, "must not have < or > or control characters");
            }
            return text;
        });
    }

    Optional<Boolean> flag(String name) {
        return value(name).map(value -> switch (String.valueOf(value).toLowerCase(Locale.ROOT)) {
            case "true", "1", "yes", "on" -> true;
            case "false", "0", "no", "off" -> false;
            default -> throw Parameters.invalid(name, "must be true or false");
        });
    }

    Optional<Visibility> visibility(String name) {
        return value(name).map(value -> {
            try {
                return Visibility.numbered(Long.parseLong(String.valueOf(value)))
                        .orElseThrow(() -> noAccess(name));
            } catch (NumberFormatException e) {
                throw noAccess(name);
            }
        });
    }

    /** A list, or text with commas. */
    Optional<List<String>> tags(String name) {
        return value(name).map(value -> {
            List<?> all = value instanceof JsonArray list
                    ? list.getList()
                    : List.of(String.valueOf(value).split(",", -1));
            return all.stream()
                    .map(tag -> String.valueOf(tag).strip())
                    .filter(tag -> !tag.isEmpty())
                    .map(tag -> valid(name, tag))
                    .distinct()
                    .toList();
        });
    }

    private Optional<Object> value(String name) {
        return Optional.ofNullable(values.getValue(name));
    }

    private static String valid(String name, String tag) {
        if (!TAG.matcher(tag).matches()) {
            throw Parameters.invalid(name, "a tag has 1 to 32 of letters, digits, and . _ - after the first");
        }
        return tag;
    }

    private static ProblemException noAccess(String name) {
        return Parameters.invalid(name, "must be 1 (public), 3 (private) or 4 (deleted)");
    }
}
