package org.datacapsule.router.image.intake;

import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.awaitility.Awaitility;
import org.datacapsule.common.testing.FreePorts;
import org.datacapsule.router.testing.TestRouter;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A router, as it is shipped and as a process of its own, takes and gives files that are larger than its heap.
 * {@code -Dupload.mb=2048 -Dupload.heap=256m} does so with the sizes that were promised.
 */
class UploadMemoryIT {
    private static final long MEGABYTE = 1 << 20;
    private static final long MEGABYTES = Long.getLong("upload.mb", 192);
    private static final String HEAP = System.getProperty("upload.heap", "96m");
    private static final Duration PATIENCE = Duration.ofMinutes(5);
    private static final Pattern COLLECTION = Pattern.compile("(\\d+)M->");

    private final HttpClient http = HttpClient.newHttpClient();

    @Test
    void aFileLargerThanTheHeapGoesInAndOut(@TempDir Path directory) throws Exception {
        try (TestRouter owner = TestRouter.start(directory, Map.of("image-apis.vice.enabled", "true"))) {
            int port = FreePorts.one();
            Process small = smallRouter(owner, directory, port);
            try {
                URI uri = URI.create("http://127.0.0.1:" + port);
                awaitReady(uri, small, directory);
                Images images = new Images(owner, directory.resolve("images"));
                String id =
                        images.begin("ann", Map.of("sizeBytes", Long.toString(MEGABYTES * MEGABYTE), "format", "raw"));

                Path disk = disk(directory);
                HttpResponse<String> put = http.send(
                        request(uri, owner, "/v1/images/uploads/" + id)
                                .PUT(HttpRequest.BodyPublishers.ofFile(disk))
                                .build(),
                        HttpResponse.BodyHandlers.ofString());
                assertThat(put.statusCode()).as(put.body()).isEqualTo(200);
                assertThat(new JsonObject(put.body()).getLong("receivedBytes")).isEqualTo(MEGABYTES * MEGABYTE);
                awaitDone(images, id);
                HttpResponse<Path> got = http.send(
                        request(uri, owner, "/v1/images/" + id + "/file").GET().build(),
                        HttpResponse.BodyHandlers.ofFile(directory.resolve("got")));
                assertThat(Files.size(got.body())).isGreaterThan(MEGABYTES * MEGABYTE / 2);
                System.out.println(MEGABYTES + " MiB through a heap of " + HEAP + ": " + memory(directory, small));

                awaitDone(images, byForm(uri, owner, disk));
                assertThat(small.isAlive()).isTrue();
                System.out.println("and as a part of a form: " + memory(directory, small));
            } finally {
                small.destroy();
                assertThat(small.waitFor(30, TimeUnit.SECONDS)).isTrue();
            }
        }
    }

    /** As clients of ViCE send it: neither its part nor the whole says how long it is. Answers the image's id. */
    private String byForm(URI uri, TestRouter owner, Path disk) throws Exception {
        String credentials = "Basic "
                + Base64.getEncoder().encodeToString(("ann:" + owner.token("ann")).getBytes(StandardCharsets.UTF_8));
        HttpResponse<String> made = http.send(
                HttpRequest.newBuilder(URI.create(uri + "/vice/v1/images"))
                        .header("Authorization", credentials)
                        .header("Content-Type", "application/json")
                        .POST(HttpRequest.BodyPublishers.ofString(
                                "{\"title\": \"by-form\", \"contenttype\": \"disk-raw\"}"))
                        .build(),
                HttpResponse.BodyHandlers.ofString());
        assertThat(made.statusCode()).as(made.body()).isEqualTo(201);
        String id = new JsonObject(made.body()).getString("id");
        long begun = System.nanoTime();
        HttpResponse<String> sent = http.send(
                HttpRequest.newBuilder(URI.create(uri + "/vice/v1/image/" + id + "/file"))
                        .timeout(PATIENCE)
                        .header("Authorization", credentials)
                        .header("Content-Type", "multipart/form-data; boundary=of-no-disk")
                        .POST(HttpRequest.BodyPublishers.fromPublisher(HttpRequest.BodyPublishers.concat(
                                HttpRequest.BodyPublishers.ofString(
                                        "--of-no-disk\r\nContent-Disposition: form-data; name=\"upfile\";"
                                                + " filename=\"disk\"\r\n\r\n"),
                                HttpRequest.BodyPublishers.ofFile(disk),
                                HttpRequest.BodyPublishers.ofString("\r\n--of-no-disk--\r\n"))))
                        .build(),
                HttpResponse.BodyHandlers.ofString());
        assertThat(sent.statusCode()).as(sent.body()).isEqualTo(200);
        System.out.println(
                "the form took " + Duration.ofNanos(System.nanoTime() - begun).toMillis() + " ms");
        return id;
    }

    private static void awaitDone(Images images, String id) {
        Awaitility.await()
                .atMost(PATIENCE)
                .untilAsserted(
                        () -> assertThat(images.show("ann", "uploads", id).getString("state"))
                                .isEqualTo("DONE"));
    }

    /** Half of it data that does not pack. */
    private static Path disk(Path directory) throws Exception {
        Path file = directory.resolve("disk.raw");
        byte[] piece = new byte[(int) MEGABYTE];
        try (RandomAccessFile disk = new RandomAccessFile(file.toFile(), "rw")) {
            disk.setLength(MEGABYTES * MEGABYTE);
            for (long at = 0; at <= MEGABYTES / 2; at++) {
                for (int n = 0; n < piece.length; n += 8) {
                    piece[n] = (byte) (n * 7L + at);
                    piece[n + 1] = (byte) (n >> 8);
                }
                disk.write(piece);
            }
        }
        return file;
    }

    private static Process smallRouter(TestRouter owner, Path directory, int port) throws Exception {
        ProcessBuilder builder = new ProcessBuilder(List.of(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Xmx" + HEAP,
                        "-XX:+ExitOnOutOfMemoryError",
                        "-Xlog:gc:file=" + directory.resolve("gc.log"),
                        "-jar",
                        Path.of("target", "datacapsule-router.jar")
                                .toAbsolutePath()
                                .toString(),
                        "serve",
                        "--config",
                        owner.configFile().toString()))
                .redirectErrorStream(true)
                .redirectOutput(directory.resolve("router.log").toFile());
        int bus = FreePorts.one();
        builder.environment()
                .putAll(Map.of(
                        "DATACAPSULE_HTTP_PORT",
                        Integer.toString(port),
                        "DATACAPSULE_BUS_PORT",
                        Integer.toString(bus),
                        "DATACAPSULE_BUS_MEMBERS",
                        "127.0.0.1:" + bus,
                        "DATACAPSULE_BUS_DOOR_PORT",
                        Integer.toString(FreePorts.one()),
                        "DATACAPSULE_BUS_CLUSTER_NAME",
                        "small-" + bus));
        return builder.start();
    }

    private void awaitReady(URI uri, Process router, Path directory) {
        Awaitility.await().atMost(PATIENCE).until(() -> !router.isAlive() || isReady(uri));
        assertThat(router.isAlive())
                .as(() -> "the router says: " + said(directory))
                .isTrue();
    }

    private static String said(Path directory) {
        try {
            return Files.readString(directory.resolve("router.log"));
        } catch (IOException e) {
            return "nothing; " + e;
        }
    }

    private boolean isReady(URI uri) throws InterruptedException {
        HttpRequest asking =
                HttpRequest.newBuilder(uri.resolve("/health/ready")).build();
        try {
            return http.send(asking, HttpResponse.BodyHandlers.discarding()).statusCode() == 200;
        } catch (IOException e) {
            return false;
        }
    }

    private static HttpRequest.Builder request(URI uri, TestRouter owner, String path) {
        return HttpRequest.newBuilder(URI.create(uri + path))
                .timeout(PATIENCE)
                .header("Authorization", "Bearer " + owner.token("ann"));
    }

    private static String memory(Path directory, Process process) throws Exception {
        long heap = 0;
        Matcher collections = COLLECTION.matcher(Files.readString(directory.resolve("gc.log")));
        while (collections.find()) {
            heap = Math.max(heap, Long.parseLong(collections.group(1)));
        }
        String resident = Files.readAllLines(Path.of("/proc", Long.toString(process.pid()), "status")).stream()
                .filter(line -> line.startsWith("VmHWM"))
                .findFirst()
                .orElse("");
        return "heap at most " + heap + " MiB, resident " + resident;
    }
}
