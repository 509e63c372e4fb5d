package org.datacapsule.router.image.intake;

import io.vertx.core.json.JsonObject;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.UUID;
import java.util.stream.Stream;
import org.assertj.core.api.Assertions;
import org.awaitility.Awaitility;
import org.datacapsule.router.testing.TestRouter;
import org.datacapsule.router.testing.TestRouter.Answer;

/** A client that brings files of images to routers and fetches them. */
final class Images {
    private static final Duration SOON = Duration.ofSeconds(40);

    private final TestRouter router;
    private final Path store;
    private final HttpClient http = HttpClient.newHttpClient();

    /** @param store the routers' {@code images.directory} */
    Images(TestRouter router, Path store) {
        this.router = router;
        this.store = store;
    }

    String begin(String user, Map<String, String> more) throws Exception {
        Map<String, String> form = new java.util.HashMap<>(Map.of("imageName", "image-" + UUID.randomUUID()));
        form.putAll(more);
        Answer begun = router.post(
                form.containsKey("url") ? "/v1/images/imports" : "/v1/images/uploads", router.token(user), form);
        Assertions.assertThat(begun.status()).as(begun.body().encode()).isEqualTo(200);
        return begun.body().getString("imageId");
    }

    Answer put(URI at, String user, String id, byte[] bytes, Map<String, String> headers) throws Exception {
        HttpRequest.Builder request =
                request(at, user, "/v1/images/uploads/" + id).PUT(HttpRequest.BodyPublishers.ofByteArray(bytes));
        headers.forEach(request::setHeader);
        HttpResponse<String> response = http.send(request.build(), HttpResponse.BodyHandlers.ofString());
        return new Answer(response.statusCode(), new JsonObject(response.body()));
    }

    Answer putAll(String user, String id, Path file) throws Exception {
        HttpResponse<String> response = http.send(
                request(router.uri(), user, "/v1/images/uploads/" + id)
                        .PUT(HttpRequest.BodyPublishers.ofFile(file))
                        .build(),
                HttpResponse.BodyHandlers.ofString());
        return new Answer(response.statusCode(), new JsonObject(response.body()));
    }

    JsonObject show(String user, String kind, String id) throws Exception {
        return router.get("/v1/images/" + kind + "/" + id, router.token(user)).body();
    }

    /** Waits until it has come to an end. */
    JsonObject ended(String user, String kind, String id) {
        return Awaitility.await()
                .atMost(SOON)
                .pollInterval(Duration.ofMillis(30))
                .until(
                        () -> show(user, kind, id),
                        shown -> shown.getString("state").equals("DONE")
                                || shown.getString("state").equals("FAILED"));
    }

    HttpResponse<byte[]> file(String method, String user, String id, String... headers) throws Exception {
        HttpRequest.Builder request = request(router.uri(), user, "/v1/images/" + id + "/file")
                .method(method, HttpRequest.BodyPublishers.noBody());
        for (int n = 0; n < headers.length; n += 2) {
            request.header(headers[n], headers[n + 1]);
        }
        return http.send(request.build(), HttpResponse.BodyHandlers.ofByteArray());
    }

    /** The store has the content of the images there are, each once, and nothing else. */
    void assertNothingIsLeftOver() {
        Awaitility.await().atMost(SOON).untilAsserted(() -> {
            try (Stream<Path> files = Files.walk(store)) {
                Assertions.assertThat(files.filter(Files::isRegularFile)
                                .map(store::relativize)
                                .map(Path::toString))
                        .allMatch(name -> name.matches("[0-9a-f]{64}\\.qcow2"))
                        .hasSize(Integer.parseInt(
                                router.sql("select count(distinct sha256) from image where sha256 is not null")));
            }
        });
    }

    private HttpRequest.Builder request(URI at, String user, String path) {
        return HttpRequest.newBuilder(URI.create(at + path))
                .timeout(SOON)
                .header("Authorization", "Bearer " + router.token(user));
    }
}
