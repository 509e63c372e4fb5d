package org.datacapsule.router.imageapi.zstack;

import io.vertx.core.json.JsonObject;
import java.util.List;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.datacapsule.router.http.Parameters;

/** One {@code q=field operator value} of a query, such as {@code name~=debian%}. */
final class Condition {
    private static final Pattern FORM = Pattern.compile("(?s)([A-Za-z0-9.]+)(!\\?=|!~=|\\?=|~=|!=|>=|<=|>|<|=)(.*)");
    private static final String NULL = "null";

    private Condition() {}

    /** @param fields what there is to ask for */
    static Predicate<JsonObject> parse(String text, List<String> fields) {
        Matcher parts = FORM.matcher(text);
        if (!parts.matches() || !fields.contains(parts.group(1))) {
            throw Parameters.invalid(
                    "q",
                    "\"" + text + "\" is no condition: a field, one of = != > >= < <= ?= !?= ~= !~=, and a value are"
                            + " expected, the field being one of " + String.join(", ", fields));
        }
        String field = parts.group(1);
        Predicate<String> matches = compare(parts.group(2), parts.group(3));
        boolean wantsNull = parts.group(3).equals(NULL);
        return switch (parts.group(2)) {
            case "=" -> wantsNull ? row -> row.getValue(field) == null : onValue(field, matches);
            case "!=" -> wantsNull ? row -> row.getValue(field) != null : onValue(field, matches);
            default -> onValue(field, matches);
        };
    }

    /** As in SQL, what is not known fits nothing. */
    private static Predicate<JsonObject> onValue(String field, Predicate<String> matches) {
        return row -> row.getValue(field) != null && matches.test(String.valueOf(row.getValue(field)));
    }

    private static Predicate<String> compare(String operator, String value) {
        return switch (operator) {
            case "=" -> value::equals;
            case "!=" -> found -> !found.equals(value);
            case ">" -> found -> order(found, value) > 0;
            case ">=" -> found -> order(found, value) >= 0;
            case "<" -> found -> order(found, value) < 0;
            case "<=" -> found -> order(found, value) <= 0;
            case "?=" -> List.of(value.split(",", -1))::contains;
            case "!?=" -> found -> !List.of(value.split(",", -1)).contains(found);
            case "~=" -> like(value);
            default -> like(value).negate();
        };
    }

    /** SQL's pattern: % for any text, _ for any character, whatever the letter case. */
    private static Predicate<String> like(String pattern) {
        StringBuilder expression = new StringBuilder();
        pattern.codePoints()
                .forEach(each -> expression.append(
                        switch (each) {
                            case '%' -> ".*";
                            case '_' -> ".";
                            default -> Pattern.quote(Character.toString(each));
                        }));
        return Pattern.compile(expression.toString(), Pattern.CASE_INSENSITIVE | Pattern.DOTALL)
                .asMatchPredicate();
    }

    /** Numbers by size, all else by text. */
    static int order(String found, String value) {
        try {
            return Long.compare(Long.parseLong(found), Long.parseLong(value));
        } catch (NumberFormatException e) {
            return found.compareTo(value);
        }
    }
}
