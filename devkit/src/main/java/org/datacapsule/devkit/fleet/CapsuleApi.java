package org.datacapsule.devkit.fleet;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.Collectors;

/** The HTTP API as one user has it. Any number of threads. */
public final class CapsuleApi {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Duration ANSWER_WITHIN = Duration.ofSeconds(30);

    private final URI base;
    private final HttpClient http;
    private final String token;

    CapsuleApi(URI base, HttpClient http, String token) {
        this.base = base;
        this.http = http;
        this.token = token;
    }

    /** Where it is. */
    public URI base() {
        return base;
    }

    /** What it is asked with. */
    public String token() {
        return token;
    }

    public Answer get(String path) throws IOException, InterruptedException {
        return send(request(path).GET().build());
    }

    /** A file, such as a result. */
    public byte[] file(String path) throws IOException, InterruptedException {
        return success(request(path).GET().build());
    }

    private byte[] success(HttpRequest request) throws IOException, InterruptedException {
        HttpResponse<byte[]> response = http.send(request, BodyHandlers.ofByteArray());
        if (response.statusCode() / 100 != 2) {
            throw new IllegalStateException("the API answered " + response.statusCode());
        }
        return response.body();
    }

    public Answer delete(String path) throws IOException, InterruptedException {
        return send(request(path).DELETE().build());
    }

    public Answer post(String path, Map<String, String> form) throws IOException, InterruptedException {
        return post(path, form, UUID.randomUUID().toString());
    }

    /** @throws IOException when the connection broke; what became of the command is then unknown */
    public Answer post(String path, Map<String, String> form, String idempotencyKey)
            throws IOException, InterruptedException {
        return send(
                request(path, form).header("Idempotency-Key", idempotencyKey).build());
    }

    /** As {@link #post(String, Map, String)}. */
    public Answer put(String path, Map<String, String> form, String idempotencyKey)
            throws IOException, InterruptedException {
        return send(request(path)
                .header("Content-Type", "application/x-www-form-urlencoded")
                .PUT(BodyPublishers.ofString(encode(form)))
                .header("Idempotency-Key", idempotencyKey)
                .build());
    }

    /** As {@link #post(String, Map, String)}. */
    public Answer delete(String path, String idempotencyKey) throws IOException, InterruptedException {
        return send(
                request(path).DELETE().header("Idempotency-Key", idempotencyKey).build());
    }

    /** An operation on a capsule that the API said it has begun. */
    public record Started(String capsule, String operation) {
        public static Started of(Answer answer) {
            return new Started(answer.text("vmid"), answer.text("operation"));
        }
    }

    /** createvm, as small as a capsule can be. */
    public Started create(String image, String userName, String password) throws IOException, InterruptedException {
        return Started.of(post("/createvm", smallest(image, userName, password)));
    }

    /** The form of createvm for the smallest capsule. */
    public static Map<String, String> smallest(String image, String userName, String password) {
        return Map.of(
                "imageid", image, "loginusername", userName, "loginpassword", password, "vcpu", "1", "memory", "256");
    }

    /** launchvm, stopvm or deletevm. */
    public Started command(String name, String capsule) throws IOException, InterruptedException {
        return Started.of(post("/" + name, Map.of("vmid", capsule)));
    }

    /** The capsule's row in /show; empty when there is none. */
    public Optional<JsonNode> show(String capsule) throws IOException, InterruptedException {
        Answer answer = post("/show", Map.of("vmid", capsule));
        return answer.status() == 400
                ? Optional.empty()
                : Optional.of(answer.success().path("status").path(0));
    }

    public String state(String capsule) throws IOException, InterruptedException {
        return show(capsule).map(row -> row.path("state").asText()).orElse("DELETED");
    }

    /** Waits until the operation has ended; answers it. */
    public JsonNode awaitEnd(String operation, Duration limit) throws IOException, InterruptedException {
        return Patience.await("end of operation " + operation, limit, () -> {
            JsonNode now = get("/v1/operations/" + operation).success();
            return switch (now.path("status").asText()) {
                case "SUCCEEDED", "FAILED", "CANCELLED" -> Optional.of(now);
                default -> Optional.empty();
            };
        });
    }

    /** Waits until the capsule is in this state. */
    public void awaitState(String capsule, String state, Duration limit) throws IOException, InterruptedException {
        Patience.await(
                "state " + state + " of " + capsule,
                limit,
                () -> state(capsule).equals(state) ? Optional.of(state) : Optional.empty());
    }

    private HttpRequest.Builder request(String path, Map<String, String> form) {
        return request(path)
                .header("Content-Type", "application/x-www-form-urlencoded")
                .POST(BodyPublishers.ofString(encode(form)));
    }

    private HttpRequest.Builder request(String path) {
        return HttpRequest.newBuilder(base.resolve(path))
                .timeout(ANSWER_WITHIN)
                .header("Authorization", "Bearer " + token);
    }

    private Answer send(HttpRequest request) throws IOException, InterruptedException {
        HttpResponse<String> response = http.send(request, BodyHandlers.ofString());
        return new Answer(response.statusCode(), JSON.readTree(response.body()));
    }

    private static String encode(Map<String, String> form) {
        return form.entrySet().stream()
                .map(field -> encode(field.getKey()) + "=" + encode(field.getValue()))
                .collect(Collectors.joining("&"));
    }

    private static String encode(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8);
    }
}
