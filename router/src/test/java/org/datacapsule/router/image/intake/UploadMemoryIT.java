package org.datacapsule.router.image.intake;

import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.json.JsonObject;
import java.io.RandomAccessFile;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
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
        try (TestRouter owner = TestRouter.start(directory, Map.of())) {
            int port = FreePorts.one();
            Process small = smallRouter(owner, directory, port);
            try {
                URI uri = URI.create("http://127.0.0.1:" + port);
                awaitReady(uri);
                Images images = new Images(owner, directory.resolve("images"));
                String id =
                        images.begin("ann", Map.of("sizeBytes", Long.toString(MEGABYTES * MEGABYTE), "format", "raw"));

                HttpResponse<String> put = http.send(
                        request(uri, owner, "/v1/images/uploads/" + id)
                                .PUT(HttpRequest.BodyPublishers.ofFile(disk(directory)))
                                .build(),
                        HttpResponse.BodyHandlers.ofString());
                assertThat(put.statusCode()).as(put.body()).isEqualTo(200);
                assertThat(new JsonObject(put.body()).getLong("receivedBytes")).isEqualTo(MEGABYTES * MEGABYTE);
                Awaitility.await()
                        .atMost(PATIENCE)
                        .untilAsserted(() -> assertThat(
                                        images.show("ann", "uploads", id).getString("state"))
                                .isEqualTo("DONE"));
                HttpResponse<Path> got = http.send(
                        request(uri, owner, "/v1/images/" + id + "/file").GET().build(),
                        HttpResponse.BodyHandlers.ofFile(directory.resolve("got")));
                assertThat(Files.size(got.body())).isGreaterThan(MEGABYTES * MEGABYTE / 2);
                assertThat(small.isAlive()).isTrue();
                System.out.println(MEGABYTES + " MiB through a heap of " + HEAP + ": " + memory(directory, small));
            } finally {
                small.destroy();
                assertThat(small.waitFor(30, TimeUnit.SECONDS)).isTrue();
            }
        }
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
                        "DATACAPSULE_BUS_CLUSTER_NAME",
                        "small-" + bus));
        return builder.start();
    }

    private void awaitReady(URI uri) {
        Awaitility.await()
                .atMost(PATIENCE)
                .ignoreExceptions()
                .untilAsserted(() -> assertThat(http.send(
                                        HttpRequest.newBuilder(uri.resolve("/health/ready"))
                                                .build(),
                                        HttpResponse.BodyHandlers.discarding())
                                .statusCode())
                        .isEqualTo(200));
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
