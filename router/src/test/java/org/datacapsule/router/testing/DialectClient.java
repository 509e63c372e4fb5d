package org.datacapsule.router.testing;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/** Calls a dialect of a router with the headers that dialect has. */
public final class DialectClient {
    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final String BOUNDARY = "a-boundary-of-no-disk";

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
        HttpResponse<String> answer = http.send(
                request(
                        method,
                        path,
                        more,
                        body.isEmpty()
                                ? HttpRequest.BodyPublishers.noBody()
                                : HttpRequest.BodyPublishers.ofString(body)),
                HttpResponse.BodyHandlers.ofString());
        return new Came(answer.statusCode(), answer.headers().map(), answer.body());
    }

    /** Sends a file as the part of that name of a form, of which it is known only at its end how long it is. */
    public Came post(String path, String part, byte[] file) throws IOException, InterruptedException {
        ByteArrayOutputStream form = new ByteArrayOutputStream();
        form.writeBytes(("--" + BOUNDARY + "\r\nContent-Disposition: form-data; name=\"note\"\r\n\r\na disk\r\n--"
                        + BOUNDARY + "\r\nContent-Disposition: form-data; name=\"" + part
                        + "\"; filename=\"disk\"\r\nContent-Type: application/octet-stream\r\n\r\n")
                .getBytes(StandardCharsets.UTF_8));
        form.writeBytes(file);
        form.writeBytes(("\r\n--" + BOUNDARY + "--\r\n").getBytes(StandardCharsets.UTF_8));
        HttpResponse<String> answer = http.send(
                request(
                        "POST",
                        path,
                        Map.of("Content-Type", "multipart/form-data; boundary=" + BOUNDARY),
                        HttpRequest.BodyPublishers.ofInputStream(() -> new ByteArrayInputStream(form.toByteArray()))),
                HttpResponse.BodyHandlers.ofString());
        return new Came(answer.statusCode(), answer.headers().map(), answer.body());
    }

    /** Fetches what is no text. */
    public HttpResponse<byte[]> download(String path, Map<String, String> more)
            throws IOException, InterruptedException {
        return http.send(
                request("GET", path, more, HttpRequest.BodyPublishers.noBody()),
                HttpResponse.BodyHandlers.ofByteArray());
    }

    private HttpRequest request(String method, String path, Map<String, String> more, HttpRequest.BodyPublisher body) {
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(router + path))
                .timeout(PATIENCE)
                .method(method, body);
        headers.forEach(request::header);
        more.forEach(request::header);
        return request.build();
    }
}
