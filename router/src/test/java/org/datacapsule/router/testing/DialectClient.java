package org.datacapsule.router.testing;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Calls a dialect of a router with the headers that dialect has. */
public final class DialectClient {
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    private final HttpClient http = HttpClient.newHttpClient();
    private final URI router;
    private final Map<String, String> headers;

    public DialectClient(URI router, Map<String, String> headers) {
        this.router = router;
        this.headers = Map.copyOf(headers);
    }

    /** What came back. */
    public record Came(int status, Map<String, List<String>> headers, String text) {
        public JsonObject json() {
            return new JsonObject(text);
        }

        public JsonArray array() {
            return new JsonArray(text);
        }

        /** The first header of that name, or the empty text. */
        public String header(String name) {
            return headers.entrySet().stream()
                    .filter(header -> header.getKey().equalsIgnoreCase(name))
                    .map(header -> header.getValue().getFirst())
                    .findFirst()
                    .orElse("");
        }
    }

    /** The same with other headers. */
    public DialectClient with(Map<String, String> others) {
        return new DialectClient(router, others);
    }

    public Came get(String path) throws IOException, InterruptedException {
        return send("GET", path, Map.of(), "");
    }

    public Came delete(String path) throws IOException, InterruptedException {
        return send("DELETE", path, Map.of(), "");
    }

    public Came send(String method, String path, JsonObject body) throws IOException, InterruptedException {
        return send(method, path, Map.of("Content-Type", "application/json"), body.encode());
    }

    public Came send(String method, String path, Map<String, String> more, String body)
            throws IOException, InterruptedException {
        List<String> all = new ArrayList<>();
        headers.forEach((name, value) -> all.addAll(List.of(name, value)));
        more.forEach((name, value) -> all.addAll(List.of(name, value)));
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(router + path))
                .timeout(PATIENCE)
                .method(
                        method,
                        body.isEmpty()
                                ? HttpRequest.BodyPublishers.noBody()
                                : HttpRequest.BodyPublishers.ofString(body));
        if (!all.isEmpty()) {
            request.headers(all.toArray(String[]::new));
        }
        HttpResponse<String> answer = http.send(request.build(), HttpResponse.BodyHandlers.ofString());
        return new Came(answer.statusCode(), answer.headers().map(), answer.body());
    }
}
