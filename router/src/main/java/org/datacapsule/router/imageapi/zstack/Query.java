package org.datacapsule.router.imageapi.zstack;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.Comparator;
import java.util.List;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.datacapsule.router.http.DialectRequest;
import org.datacapsule.router.http.Parameters;

/** What a Query call of ZStack asks of rows: conditions, order, a part of them, their number, some of their fields. */
final class Query {
    private static final int MOST = 1000;

    private Query() {}

    /** @param fields what the rows have */
    static JsonObject answer(DialectRequest request, List<String> fields, List<JsonObject> rows) {
        Predicate<JsonObject> wanted = request.query().stream()
                .filter(given -> given.name().equals("q"))
                .map(given -> Condition.parse(given.value(), fields))
                .reduce(row -> true, Predicate::and);
        List<JsonObject> found = rows.stream().filter(wanted).toList();
        JsonObject answer = new JsonObject();
        boolean countOnly = flag(request, "count");
        if (!countOnly) {
            List<JsonObject> part = found.stream()
                    .sorted(order(request, fields))
                    .skip(number(request, "start", 0))
                    .limit(number(request, "limit", MOST))
                    .toList();
            answer.put("inventories", new JsonArray(chosen(request, fields, part)));
        }
        if (countOnly || flag(request, "replyWithCount")) {
            answer.put("total", found.size());
        }
        return answer;
    }

    private static List<JsonObject> chosen(DialectRequest request, List<String> fields, List<JsonObject> rows) {
        List<String> names = request.query("fields")
                .map(text -> List.of(text.split(",", -1)))
                .orElse(fields);
        names.forEach(name -> requireKnown("fields", name, fields));
        return rows.stream()
                .map(row -> {
                    JsonObject part = new JsonObject();
                    names.forEach(name -> part.put(name, row.getValue(name)));
                    return part;
                })
                .collect(Collectors.toList());
    }

    /** {@code +name} or {@code -name}; a plus that was not escaped arrives as a space. */
    private static Comparator<JsonObject> order(DialectRequest request, List<String> fields) {
        String sort = request.query("sort").orElse(fields.contains("createDate") ? "-createDate" : "+name");
        boolean falling = sort.startsWith("-");
        String field = falling || sort.startsWith("+") || sort.startsWith(" ") ? sort.substring(1) : sort;
        requireKnown("sort", field, fields);
        Comparator<JsonObject> order = (one, other) ->
                Condition.order(String.valueOf(one.getValue(field)), String.valueOf(other.getValue(field)));
        return falling ? order.reversed() : order;
    }

    private static void requireKnown(String parameter, String field, List<String> fields) {
        if (!fields.contains(field)) {
            throw Parameters.invalid(parameter, "\"" + field + "\" is none of " + String.join(", ", fields));
        }
    }

    private static int number(DialectRequest request, String name, int otherwise) {
        return request.query(name)
                .map(text -> {
                    try {
                        int number = Integer.parseInt(text);
                        if (number >= 0) {
                            return number;
                        }
                    } catch (NumberFormatException e) {
                        // Said below, as of a number that is negative.
                    }
                    throw Parameters.invalid(name, "must be a whole number that is not negative");
                })
                .orElse(otherwise);
    }

    private static boolean flag(DialectRequest request, String name) {
        return request.query(name).filter("true"::equalsIgnoreCase).isPresent();
    }
}
