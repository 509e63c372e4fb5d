package org.datacapsule.router.contract;

import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** {@code openapi.yaml} with every reference replaced by what it stands for. */
final class ApiDocument {
    private final JsonObject document;

    private ApiDocument(JsonObject document) {
        this.document = document;
    }

    static ApiDocument load() throws IOException {
        try (InputStream file = ApiDocument.class.getResourceAsStream("/openapi.yaml")) {
            return new ApiDocument(
                    new JsonObject(new YAMLMapper().readTree(file).toString()));
        }
    }

    List<ApiOperation> operations() {
        List<ApiOperation> operations = new ArrayList<>();
        JsonObject paths = document.getJsonObject("paths");
        for (String path : paths.fieldNames()) {
            JsonObject methods = paths.getJsonObject(path);
            methods.fieldNames()
                    .forEach(method -> operations.add(operation(path, method, methods.getJsonObject(method))));
        }
        return operations;
    }

    private ApiOperation operation(String path, String method, JsonObject raw) {
        JsonObject model = (JsonObject) resolved(raw);
        List<ApiOperation.Parameter> parameters = new ArrayList<>();
        model.getJsonArray("parameters", new JsonArray()).forEach(item -> parameters.add(parameter((JsonObject) item)));
        JsonObject content =
                model.getJsonObject("requestBody", new JsonObject()).getJsonObject("content", new JsonObject());
        content.stream()
                .findFirst()
                .ifPresent(first ->
                        parameters.addAll(bodyParameters(((JsonObject) first.getValue()).getJsonObject("schema"))));
        return new ApiOperation(
                model.getString("operationId"),
                method.toUpperCase(java.util.Locale.ROOT),
                path,
                !model.getJsonArray("security", document.getJsonArray("security"))
                        .isEmpty(),
                strings(model.getJsonArray("x-token-roles")),
                parameters,
                List.copyOf(content.fieldNames()),
                responses(model.getJsonObject("responses")),
                strings(model.getJsonArray("x-error-codes")));
    }

    private static ApiOperation.Parameter parameter(JsonObject item) {
        return new ApiOperation.Parameter(
                item.getString("name"),
                item.getString("in"),
                item.getBoolean("required", false),
                item.getJsonObject("schema"));
    }

    private static List<ApiOperation.Parameter> bodyParameters(JsonObject schema) {
        List<String> required = strings(schema.getJsonArray("required"));
        return schema.getJsonObject("properties", new JsonObject()).stream()
                .map(property -> new ApiOperation.Parameter(
                        property.getKey(), "body", required.contains(property.getKey()), (JsonObject)
                                property.getValue()))
                .toList();
    }

    private static Map<Integer, Map<String, JsonObject>> responses(JsonObject responses) {
        Map<Integer, Map<String, JsonObject>> byStatus = new LinkedHashMap<>();
        for (String status : responses.fieldNames()) {
            Map<String, JsonObject> byType = new LinkedHashMap<>();
            JsonObject content = responses.getJsonObject(status).getJsonObject("content", new JsonObject());
            content.fieldNames()
                    .forEach(
                            type -> byType.put(type, content.getJsonObject(type).getJsonObject("schema")));
            byStatus.put(Integer.valueOf(status), byType);
        }
        return byStatus;
    }

    private Object resolved(Object node) {
        if (node instanceof JsonArray array) {
            JsonArray copy = new JsonArray();
            array.forEach(item -> copy.add(resolved(item)));
            return copy;
        }
        if (!(node instanceof JsonObject object)) {
            return node;
        }
        JsonObject copy = new JsonObject();
        Optional.ofNullable(object.getString("$ref"))
                .ifPresent(reference -> copy.mergeIn((JsonObject) resolved(target(reference))));
        object.stream()
                .filter(field -> !field.getKey().equals("$ref"))
                .forEach(field -> copy.put(field.getKey(), resolved(field.getValue())));
        return copy;
    }

    private JsonObject target(String reference) {
        JsonObject target = document;
        for (String step : reference.substring("#/".length()).split("/", -1)) {
            target = target.getJsonObject(step);
        }
        return target;
    }

    private static List<String> strings(@org.jspecify.annotations.Nullable JsonArray array) {
        return array == null ? List.of() : array.stream().map(String::valueOf).toList();
    }
}
