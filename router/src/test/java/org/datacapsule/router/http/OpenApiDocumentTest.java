package org.datacapsule.router.http;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vertx.openapi.contract.OpenAPIContract;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.datacapsule.common.error.ErrorCode;
import org.junit.jupiter.api.Test;

/** The document is valid, complete, and says the same everywhere it says something. */
class OpenApiDocumentTest {
    private static final Map<String, String> STATUS_BY_CODE = Arrays.stream(ErrorCode.values())
            .collect(Collectors.toMap(ErrorCode::slug, code -> String.valueOf(code.httpStatus())));

    private static final List<String> OTHER_THAN_JSON = List.of("/openapi.yaml", "/docs", "/docs/{file}");

    private final Contract contract = Contract.load();
    private final JsonObject document = parse();

    private JsonObject parse() {
        try {
            return new JsonObject(new YAMLMapper().readTree(contract.document()).toString());
        } catch (java.io.IOException e) {
            throw new IllegalStateException(e);
        }
    }

    /** vertx-openapi refuses three media types that OpenAPI has, and relative servers; the rest is the document as it is. */
    @Test
    void theDocumentIsOpenApi() throws Exception {
        JsonObject copy = document.copy();
        copy.remove("servers");
        models(copy).forEach(model -> {
            JsonObject body = model.getJsonObject("requestBody");
            if (body != null) {
                body.getJsonObject("content").remove("application/x-www-form-urlencoded");
            }
            JsonObject responses = model.getJsonObject("responses");
            responses.fieldNames().stream()
                    .map(responses::getJsonObject)
                    .filter(response ->
                            response.getJsonObject("content", new JsonObject()).containsKey("application/x-tar"))
                    .forEach(response -> response.remove("content"));
        });
        OTHER_THAN_JSON.forEach(copy.getJsonObject("paths")::remove);
        Vertx vertx = Vertx.vertx();
        try {
            OpenAPIContract read = OpenAPIContract.from(vertx, copy)
                    .toCompletionStage()
                    .toCompletableFuture()
                    .get();

            assertThat(read.operations()).hasSize(contract.operations().size() - OTHER_THAN_JSON.size());
        } finally {
            vertx.close().toCompletionStage().toCompletableFuture().get();
        }
    }

    @Test
    void everyErrorCodeExistsAndItsStatusIsAmongTheResponses() {
        models(document).forEach(model -> {
            String operation = model.getString("operationId");
            JsonArray slugs = model.getJsonArray("x-error-codes");
            assertThat(slugs).as(operation).isNotNull();
            slugs.forEach(slug -> {
                assertThat(STATUS_BY_CODE).as(operation).containsKey(slug.toString());
                assertThat(model.getJsonObject("responses").fieldNames())
                        .as(operation + " " + slug)
                        .contains(STATUS_BY_CODE.getOrDefault(slug.toString(), ""));
            });
        });
    }

    @Test
    void everyOperationOfACallerHasItsCommonErrors() {
        contract.operations().stream().filter(Operation::secured).forEach(operation -> {
            List<String> codes = codes(operation.id());
            assertThat(codes)
                    .as(operation.id())
                    .contains("auth.token-missing", "auth.token-invalid", "auth.token-expired", "internal")
                    .contains("service.unavailable");
            assertThat(codes.contains("request.too-large")).isEqualTo(operation.hasBody());
            assertThat(codes.contains("request.timeout")).isEqualTo(operation.hasBody());
            if (!operation.tokenRoles().isEmpty()) {
                assertThat(codes).contains(operation.roleRefusal().slug());
            }
        });
    }

    @Test
    void everyParameterHasMeaningLimitsAndAnExample() {
        JsonObject schemas = document.getJsonObject("components").getJsonObject("schemas");
        for (String body : List.of(
                "CreateVm", "OneVm", "SwitchVm", "ShowQuery", "UserKey", "RegisterImage", "SetQuota", "UpdateResult")) {
            JsonObject properties = schemas.getJsonObject(body).getJsonObject("properties");
            properties.fieldNames().forEach(name -> {
                JsonObject schema = resolved(properties.getJsonObject(name));
                assertThat(schema.getString("description"))
                        .as(body + "." + name)
                        .isNotBlank();
                assertThat(schema.getJsonArray("examples"))
                        .as(body + "." + name)
                        .isNotEmpty();
                if (!"boolean".equals(schema.getString("type"))) {
                    assertThat(schema.fieldNames()).as(body + "." + name).anyMatch(LIMITS::contains);
                }
            });
        }
    }

    private static final List<String> LIMITS = List.of("maxLength", "maximum", "enum", "pattern");

    @Test
    void everyExampleIsAllowed() {
        contract.operations()
                .forEach(operation -> operation.parameters().forEach(parameter -> {
                    JsonObject schema = property(parameter.name());
                    if (schema != null && schema.containsKey("examples")) {
                        schema.getJsonArray("examples")
                                .forEach(
                                        example -> assertThat(parameter.schema().accept(example.toString()))
                                                .as(parameter.name() + " " + example)
                                                .isPresent());
                    }
                }));
    }

    @Test
    void wordsNameTheLimitsTheyStandFor() {
        JsonObject schemas = document.getJsonObject("components").getJsonObject("schemas");
        schemas.fieldNames().stream()
                .map(schemas::getJsonObject)
                .map(schema -> schema.getJsonObject("properties", new JsonObject()))
                .forEach(properties -> properties.fieldNames().forEach(name -> {
                    JsonObject schema = resolved(properties.getJsonObject(name));
                    if (schema.containsKey("maxLength") && schema.containsKey("x-allowed")) {
                        assertThat(schema.getString("x-allowed"))
                                .as(name)
                                .containsAnyOf(schema.getInteger("maxLength").toString(), "nextCursor");
                    }
                }));
    }

    @Test
    void passwordsAndKeysAreNeverEchoed() {
        Parameter password = parameter("createvm", "loginpassword");
        Parameter key = parameter("setUserKey", "pubkey");

        assertThat(password.schema().secret()).isTrue();
        assertThat(key.schema().secret()).isTrue();
    }

    @Test
    void noTwoSpellingsOfOneOperationAreOne() {
        contract.operations().forEach(operation -> {
            List<String> spellings = operation.parameters().stream()
                    .flatMap(parameter -> parameter.spellings().stream())
                    .toList();
            assertThat(new TreeSet<>(spellings)).as(operation.id()).hasSameSizeAs(spellings);
        });
    }

    private Parameter parameter(String operation, String name) {
        return contract.operation(operation).orElseThrow().parameters().stream()
                .filter(parameter -> parameter.name().equals(name))
                .findFirst()
                .orElseThrow();
    }

    private List<String> codes(String operation) {
        return models(document)
                .filter(model -> model.getString("operationId").equals(operation))
                .flatMap(model -> model.getJsonArray("x-error-codes").stream())
                .map(String::valueOf)
                .toList();
    }

    private JsonObject property(String name) {
        JsonObject schemas = document.getJsonObject("components").getJsonObject("schemas");
        return schemas.fieldNames().stream()
                .filter(schema -> !schema.equals("Capsule"))
                .map(schemas::getJsonObject)
                .map(schema -> schema.getJsonObject("properties", new JsonObject()))
                .filter(properties -> properties.containsKey(name))
                .map(properties -> resolved(properties.getJsonObject(name)))
                .findFirst()
                .orElse(new JsonObject());
    }

    private JsonObject resolved(JsonObject schema) {
        String reference = schema.getString("$ref");
        if (reference == null) {
            return schema;
        }
        String name = reference.substring(reference.lastIndexOf('/') + 1);
        return resolved(document.getJsonObject("components")
                        .getJsonObject("schemas")
                        .getJsonObject(name))
                .copy()
                .mergeIn(schema);
    }

    private static Stream<JsonObject> models(JsonObject document) {
        JsonObject paths = document.getJsonObject("paths");
        return paths.fieldNames().stream()
                .map(paths::getJsonObject)
                .flatMap(path -> path.fieldNames().stream().map(path::getJsonObject));
    }
}
