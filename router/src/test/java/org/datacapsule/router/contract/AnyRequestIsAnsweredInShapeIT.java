package org.datacapsule.router.contract;

import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.json.JsonObject;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.datacapsule.router.testing.Seeded;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Requests made at random out of the document, for some seconds: no 500, and whatever is no success is an error in the
 * documented shape. {@code -Dtest.seed} plays one again, {@code -Dfuzz.seconds} goes on for longer.
 */
class AnyRequestIsAnsweredInShapeIT {
    private static final int SECONDS = Integer.getInteger("fuzz.seconds", 25);
    private static final int FEW = 500;

    private final Seeded random = Seeded.of("AnyRequestIsAnsweredInShapeIT");
    private final AnswerCheck check = new AnswerCheck();

    @Test
    void whateverIsAsked(@TempDir Path directory) throws Exception {
        List<ApiOperation> operations = ApiDocument.load().operations();
        Map<Integer, Integer> seen = new TreeMap<>();
        try (Stage stage = new Stage(directory)) {
            ApiRequest capsule = stage.good(find(operations, "launchvm"));
            List<Object> capsules = List.of(capsule.values.getOrDefault("vmid", ""));
            long end = System.nanoTime() + Duration.ofSeconds(SECONDS).toNanos();
            int sent = 0;
            while (System.nanoTime() < end || sent < FEW) {
                ApiRequest request = request(stage, random.of(operations), capsules);
                ApiAnswer answer = stage.client.send(request);
                seen.merge(answer.status(), 1, Integer::sum);
                sent++;
                complaint(request.operation, answer).ifPresent(complaint -> {
                    throw new AssertionError(random + ": " + complaint + "\n" + request + "\n"
                            + EveryOperationKeepsTheContractIT.brief(answer));
                });
            }
        }
        System.out.println("answers by status: " + seen);
        assertThat(seen.keySet())
                .as("the requests are not all refused for one reason")
                .contains(200, 400, 401);
    }

    private Optional<String> complaint(ApiOperation operation, ApiAnswer answer) {
        if (answer.status() == 500) {
            return Optional.of("a 500");
        }
        if (answer.status() < 300
                || answer.status() == 503
                || operation.method().equals("HEAD")) {
            return check.complaint(operation, answer);
        }
        JsonObject error = new JsonObject(answer.body());
        boolean shaped = answer.contentType().equals("application/json")
                && error.getInteger("statusCode") == answer.status()
                && !error.getString("code", "").isEmpty()
                && !error.getString("description", "").isEmpty()
                && !error.getString("requestId", "").isEmpty();
        boolean leaks = answer.body().matches("(?s).*(Exception|org\\.datacapsule|io\\.vertx|select .* from ).*");
        return shaped && !leaks ? Optional.empty() : Optional.of("an error that is not in shape");
    }

    private ApiRequest request(Stage stage, ApiOperation operation, List<Object> capsules) {
        ApiRequest request = new ApiRequest(operation);
        if (!random.oneIn(20)) {
            request.as(stage.token("fuzz-" + random.below(3), roles(operation)));
        }
        for (ApiOperation.Parameter parameter : operation.parameters()) {
            @Nullable Object value = value(parameter, capsules);
            if (parameter.in().equals("path") || !random.oneIn(5)) {
                if (EveryOperationKeepsTheContractIT.canBeSent(parameter, value)) {
                    request.with(random.oneIn(10) ? twisted(parameter) : parameter.name(), value);
                }
            }
        }
        operation.parameters().stream()
                .filter(parameter -> parameter.in().equals("path"))
                .forEach(parameter -> request.values.putIfAbsent(parameter.name(), "x"));
        if (request.values.get("wait") != null) {
            request.values.put("wait", 0);
        }
        if (!operation.bodyTypes().isEmpty()) {
            request.bodyType = random.oneIn(15) ? "text/plain" : random.of(operation.bodyTypes());
            if (random.oneIn(12)) {
                request.rawBody = Optional.of(garbage());
            }
        }
        if (random.oneIn(5)) {
            request.headers.put(
                    "X-Request-Id",
                    random.of(List.of("mine", "a b", "x".repeat(100), "\u00e9")).replace('\u00e9', '~'));
        }
        return request;
    }

    private @Nullable Object value(ApiOperation.Parameter parameter, List<Object> capsules) {
        if (random.oneIn(3)) {
            List<@Nullable Object> odd = SampleValues.odd(parameter.schema());
            return odd.get(random.below(odd.size()));
        }
        boolean capsule = parameter.name().equals("vmid") || parameter.name().equals("id");
        return capsule && random.oneIn(2) ? random.of(capsules) : SampleValues.good(parameter.schema());
    }

    /** Names match without regard to case, so this is the same parameter, or one that nobody knows. */
    private String twisted(ApiOperation.Parameter parameter) {
        return parameter.in().equals("path") || random.oneIn(2)
                ? parameter.name()
                : parameter.name().toUpperCase(Locale.ROOT);
    }

    private List<String> roles(ApiOperation operation) {
        return random.oneIn(4)
                ? List.of(random.of(List.of("admin", "operator", "reviewer", "host")))
                : operation.tokenRoles();
    }

    private byte[] garbage() {
        if (random.oneIn(2)) {
            return random.of(List.of(
                            "{", "[]", "{\"vmid\":{\"vmid\":1}}", "a=%", "=&=&&", "{\"a\":1e999999}", "\"\\ud800\""))
                    .getBytes(StandardCharsets.UTF_8);
        }
        byte[] bytes = new byte[random.below(200)];
        for (int n = 0; n < bytes.length; n++) {
            bytes[n] = (byte) random.below(256);
        }
        return bytes;
    }

    private static ApiOperation find(List<ApiOperation> operations, String id) {
        return operations.stream()
                .filter(one -> one.id().equals(id))
                .findFirst()
                .orElseThrow();
    }
}
