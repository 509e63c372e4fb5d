package org.datacapsule.router.http;

import io.vertx.core.json.JsonObject;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import org.datacapsule.common.error.ErrorCode;
import org.datacapsule.common.error.Problem;
import org.datacapsule.common.error.Violation;

/** Turns what a request has into the parameters its operation takes, or says everything that is wrong with it. */
final class RequestReader {

    private RequestReader() {}

    static Parameters read(Operation operation, List<Given> given) {
        Map<String, List<Given>> byName =
                given.stream().collect(Collectors.groupingBy(one -> one.name().toLowerCase(Locale.ROOT)));
        JsonObject values = new JsonObject();
        List<Violation> violations = new ArrayList<>();
        for (Parameter parameter : operation.parameters()) {
            read(parameter, candidates(parameter, byName), values, violations);
        }
        if (!violations.isEmpty()) {
            throw new Problem(ErrorCode.REQUEST_INVALID, sentence(violations), violations).asException();
        }
        return new Parameters(values);
    }

    private static List<Object> candidates(Parameter parameter, Map<String, List<Given>> byName) {
        return parameter.spellings().stream()
                .flatMap(spelling -> byName.getOrDefault(spelling, List.of()).stream())
                .filter(one -> parameter.locations().contains(one.location()))
                .map(Given::value)
                .map(value -> parameter.schema().trims() && value instanceof String text ? text.strip() : value)
                .filter(value -> !value.equals(""))
                .toList();
    }

    private static void read(
            Parameter parameter, List<Object> candidates, JsonObject values, List<Violation> violations) {
        ParameterSchema schema = parameter.schema();
        String name = parameter.name();
        if (candidates.isEmpty()) {
            if (parameter.required()) {
                violations.add(new Violation(name, "is required: " + schema.allowed()));
            }
            schema.fallback().ifPresent(fallback -> values.put(name, fallback));
            return;
        }
        if (candidates.stream().map(Object::toString).distinct().count() > 1) {
            violations.add(new Violation(name, "is given more than once, with different values"));
            return;
        }
        Object value = candidates.getFirst();
        schema.accept(value)
                .ifPresentOrElse(
                        accepted -> values.put(name, accepted),
                        () -> violations.add(new Violation(name, refusal(schema, value))));
    }

    private static String refusal(ParameterSchema schema, Object value) {
        String shown = schema.secret() ? "the value" : ShownValue.of(value);
        return shown + " is not allowed; it must be " + schema.allowed();
    }

    private static String sentence(List<Violation> violations) {
        return violations.stream()
                .map(violation -> violation.field() + ": " + violation.message())
                .collect(Collectors.joining("; ", "", "."));
    }
}
