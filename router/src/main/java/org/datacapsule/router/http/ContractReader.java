package org.datacapsule.router.http;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.datacapsule.common.error.ErrorCode;

/**
 * Reads the operations out of an OpenAPI document. vertx-openapi would, but refuses every document that takes
 * {@code application/x-www-form-urlencoded}; it checks the document's form in a test instead.
 */
final class ContractReader {
    private static final Set<String> METHODS = Set.of("get", "head", "put", "post", "delete");

    private final JsonObject document;

    private ContractReader(JsonObject document) {
        this.document = document;
    }

    static List<Operation> read(byte[] yaml) {
        try {
            JsonNode tree = new YAMLMapper().readTree(yaml);
            return new ContractReader(new JsonObject(tree.toString())).operations();
        } catch (IOException e) {
            throw new IllegalArgumentException("the contract is not valid YAML: " + e.getMessage(), e);
        }
    }

    private List<Operation> operations() {
        List<Operation> operations = new ArrayList<>();
        JsonObject paths = document.getJsonObject("paths");
        for (String path : paths.fieldNames()) {
            JsonObject methods = paths.getJsonObject(path);
            for (String method : methods.fieldNames()) {
                if (!METHODS.contains(method)) {
                    throw new IllegalArgumentException(path + " has \"" + method + "\", which is not served");
                }
                operations.add(operation(path, method, methods.getJsonObject(method)));
            }
        }
        return List.copyOf(operations);
    }

    private Operation operation(String path, String method, JsonObject model) {
        String id = model.getString("operationId");
        JsonArray security = model.getJsonArray("security", document.getJsonArray("security", new JsonArray()));
        return new Operation(
                id,
                model.getString("x-endpoint", id),
                HttpMethod.valueOf(method.toUpperCase(Locale.ROOT)),
                path,
                !security.isEmpty(),
                roles(model),
                errorCode(model.getString("x-role-refusal", ErrorCode.AUTH_FORBIDDEN.slug())),
                model.containsKey("requestBody"),
                model.getBoolean("x-streamed-body", false),
                takesIdempotencyKey(model),
                parameters(model));
    }

    private boolean takesIdempotencyKey(JsonObject model) {
        return model.getJsonArray("parameters", new JsonArray()).stream()
                .map(item -> resolved((JsonObject) item).getString("name"))
                .anyMatch(IdempotencyKey.HEADER::equals);
    }

    private List<Parameter> parameters(JsonObject model) {
        Map<String, Parameter> byName = new LinkedHashMap<>();
        for (Object item : model.getJsonArray("parameters", new JsonArray())) {
            JsonObject parameter = resolved((JsonObject) item);
            String in = parameter.getString("in");
            if (!"header".equals(in)) {
                add(
                        byName,
                        parameter.getString("name"),
                        Location.valueOf(in.toUpperCase(Locale.ROOT)),
                        parameter.getBoolean("required", false),
                        parameter.getJsonObject("schema"));
            }
        }
        JsonObject body = bodySchema(model);
        JsonObject properties = body.getJsonObject("properties", new JsonObject());
        List<?> required = body.getJsonArray("required", new JsonArray()).getList();
        for (String name : properties.fieldNames()) {
            add(byName, name, Location.BODY, required.contains(name), properties.getJsonObject(name));
        }
        return List.copyOf(byName.values());
    }

    /** All content types share one schema, so the first is as good as any. */
    private JsonObject bodySchema(JsonObject model) {
        JsonObject content =
                model.getJsonObject("requestBody", new JsonObject()).getJsonObject("content");
        if (content == null) {
            return new JsonObject();
        }
        String first = content.fieldNames().iterator().next();
        return resolved(content.getJsonObject(first).getJsonObject("schema"));
    }

    /** A parameter that stands both in query and body is one parameter. */
    private void add(
            Map<String, Parameter> byName, String name, Location location, boolean required, JsonObject reference) {
        JsonObject schema = resolved(reference);
        Set<String> spellings = new LinkedHashSet<>();
        spellings.add(name.toLowerCase(Locale.ROOT));
        schema.getJsonArray("x-aliases", new JsonArray())
                .forEach(alias -> spellings.add(alias.toString().toLowerCase(Locale.ROOT)));
        Parameter parameter = new Parameter(name, spellings, Set.of(location), required, ParameterSchema.of(schema));
        byName.merge(name, parameter, (first, second) -> {
            Set<Location> both = new LinkedHashSet<>(first.locations());
            both.addAll(second.locations());
            return new Parameter(name, spellings, both, first.required() || second.required(), first.schema());
        });
    }

    /** What a {@code $ref} stands for, under what stands beside it. */
    private JsonObject resolved(JsonObject schema) {
        String reference = schema.getString("$ref");
        if (reference == null) {
            return schema;
        }
        JsonObject target = document;
        for (String step : reference.substring("#/".length()).split("/", -1)) {
            target = target.getJsonObject(step);
            if (target == null) {
                throw new IllegalArgumentException("the contract has no " + reference);
            }
        }
        JsonObject merged = resolved(target).copy().mergeIn(schema);
        merged.remove("$ref");
        return merged;
    }

    private static Set<TokenRole> roles(JsonObject model) {
        Set<TokenRole> roles = new LinkedHashSet<>();
        model.getJsonArray("x-token-roles", new JsonArray())
                .forEach(role -> roles.add(TokenRole.valueOf(role.toString().toUpperCase(Locale.ROOT))));
        return roles;
    }

    private static ErrorCode errorCode(String slug) {
        return Arrays.stream(ErrorCode.values())
                .filter(code -> code.slug().equals(slug))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("no such error code: " + slug));
    }
}
