package org.datacapsule.router.contract;

import io.vertx.core.json.DecodeException;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vertx.json.schema.Draft;
import io.vertx.json.schema.JsonSchema;
import io.vertx.json.schema.JsonSchemaOptions;
import io.vertx.json.schema.OutputFormat;
import io.vertx.json.schema.OutputUnit;
import io.vertx.json.schema.Validator;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/** Says what an answer has that the document does not: status, content type, fields, values, error codes. */
final class AnswerCheck {
    private static final JsonSchemaOptions OPTIONS = new JsonSchemaOptions()
            .setBaseUri("app://contract/")
            .setDraft(Draft.DRAFT202012)
            .setOutputFormat(OutputFormat.Basic);

    private final Map<JsonObject, Validator> validators = new ConcurrentHashMap<>();

    Optional<String> complaint(ApiOperation operation, ApiAnswer answer) {
        Map<String, JsonObject> byType = operation.responses().get(answer.status());
        if (byType == null) {
            return Optional.of("status " + answer.status() + " is not documented");
        }
        JsonObject schema = byType.get(answer.contentType());
        if (schema == null) {
            return Optional.of("content type " + answer.contentType() + " is not documented for " + answer.status());
        }
        if (!answer.contentType().equals("application/json")
                || operation.method().equals("HEAD")) {
            return Optional.empty();
        }
        return body(schema, answer.body()).or(() -> errorCode(operation, answer));
    }

    private Optional<String> body(JsonObject schema, String text) {
        JsonObject body;
        try {
            body = new JsonObject(text);
        } catch (DecodeException e) {
            return Optional.of("the body is not a JSON object");
        }
        OutputUnit found = validators
                .computeIfAbsent(schema, one -> Validator.create(JsonSchema.of(closed(one)), OPTIONS))
                .validate(body);
        return found.getValid()
                ? Optional.empty()
                : Optional.of("the body does not fit: " + found.toJson().encode());
    }

    private static Optional<String> errorCode(ApiOperation operation, ApiAnswer answer) {
        if (answer.status() < 400 || !answer.body().contains("\"code\"")) {
            return Optional.empty();
        }
        String code = new JsonObject(answer.body()).getString("code");
        return operation.errorCodes().contains(code)
                ? Optional.empty()
                : Optional.of("error code " + code + " is not documented");
    }

    /** A field that the document does not have is a fault here, though clients must put up with it. */
    private static JsonObject closed(JsonObject schema) {
        JsonObject copy = new JsonObject();
        schema.forEach(field -> copy.put(field.getKey(), closedValue(field.getValue())));
        if (copy.containsKey("properties") && !copy.containsKey("additionalProperties")) {
            copy.put("additionalProperties", false);
        }
        return copy;
    }

    private static Object closedValue(Object value) {
        if (value instanceof JsonObject object) {
            return closed(object);
        }
        if (value instanceof JsonArray array) {
            JsonArray copy = new JsonArray();
            array.forEach(item -> copy.add(closedValue(item)));
            return copy;
        }
        return value;
    }
}
