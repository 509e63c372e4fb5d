package org.datacapsule.router.image.intake;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import org.datacapsule.router.image.inspect.DiskFiles;
import org.datacapsule.router.testing.TestRouter;
import org.datacapsule.router.testing.TestRouter.Answer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** Routers fetch images from where they may, and from nowhere else. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ImportIT {
    private final List<String> ranges = new CopyOnWriteArrayList<>();
    private final CountDownLatch goOn = new CountDownLatch(1);
    private HttpServer source;
    private TestRouter router;
    private Images images;
    private DiskFiles files;
    private byte[] disk;
    private String sourceUrl;

    @BeforeAll
    void start(@TempDir Path directory) throws Exception {
        files = new DiskFiles(Files.createDirectory(directory.resolve("files")));
        disk = Files.readAllBytes(files.converted(files.raw(), "qcow2"));
        source = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 16);
        source.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
        int port = source.getAddress().getPort();
        sourceUrl = "http://127.0.0.1:" + port;
        source.createContext("/disk", exchange -> send(exchange, disk.length));
        source.createContext("/cut", this::cutOnce);
        source.createContext("/halting", this::halting);
        source.createContext("/missing", exchange -> exchange.sendResponseHeaders(404, -1));
        source.createContext("/moved", exchange -> redirect(exchange, sourceUrl + "/disk"));
        source.createContext("/inside", exchange -> redirect(exchange, "http://169.254.169.254/latest/meta-data"));
        source.createContext("/byname", exchange -> redirect(exchange, "http://localhost:" + port + "/disk"));
        source.createContext("/endless", exchange -> {
            exchange.getResponseHeaders().set("Content-Length", Long.toString(1L << 40));
            exchange.sendResponseHeaders(200, 1L << 40);
            exchange.getResponseBody().write(1);
            exchange.getResponseBody().flush();
        });
        source.start();
        router = TestRouter.start(
                directory,
                Map.of("images.import-origins", sourceUrl + ", http://localhost:" + port, "quota.images", "100"));
        images = new Images(router, directory.resolve("images"));
    }

    @AfterAll
    void stop() throws Exception {
        goOn.countDown();
        source.stop(0);
        router.close();
    }

    @Test
    void aFileIsFetchedAndBecomesAnImage(@TempDir Path directory) throws Exception {
        String id = images.begin("ann", Map.of("url", sourceUrl + "/moved"));

        JsonObject ended = images.ended("ann", "imports", id);

        assertThat(ended.getString("state")).as(ended.encode()).isEqualTo("DONE");
        assertThat(ended.getLong("sizeBytes")).isEqualTo(disk.length);
        Path fetched = Files.write(
                directory.resolve("fetched"), images.file("GET", "ann", id).body());
        assertThat(DiskFiles.sameDisk(Files.write(directory.resolve("given"), disk), "qcow2", fetched))
                .isTrue();
    }

    @Test
    void aCutTransferIsGoneOnWith() throws Exception {
        ranges.clear();
        String id = images.begin("ann", Map.of("url", sourceUrl + "/cut"));

        assertThat(images.ended("ann", "imports", id).getString("state")).isEqualTo("DONE");
        assertThat(ranges).hasSize(2).first().isEqualTo("none");
        // What the source had sent and nobody had read when it hung up is asked for again.
        assertThat(ranges.getLast()).matches("bytes=[1-9]\\d*-");
    }

    @Test
    void anotherRouterGoesOnWhereOneEnded() throws Exception {
        String id = images.begin("ann", Map.of("url", sourceUrl + "/halting"));
        router.awaitSql(
                "select (size_bytes is not null and claim is not null)::text from image_intake where id = '" + id + "'",
                "true");
        router.restart();
        goOn.countDown();
        router.execute("update image_intake set claimed_until = now() where id = '" + id + "' and state = 'RECEIVING'");

        assertThat(images.ended("ann", "imports", id).getString("state")).isEqualTo("DONE");
    }

    @Test
    void whereNothingIsFetchedFromIsSaidAtOnce() throws Exception {
        for (String url : List.of("https://elsewhere.example/disk", "file:///etc/shadow", "http://169.254.169.254/a")) {
            Answer refused = router.post(
                    "/v1/images/imports", router.token("ann"), Map.of("imageName", "elsewhere", "url", url));
            assertThat(refused.code()).isEqualTo("image.import-not-allowed");
        }
    }

    @Test
    void whoIsLedInsideIsNotFollowed() throws Exception {
        Map<String, String> led = Map.of(
                sourceUrl + "/inside", "not fetched from http://169.254.169.254",
                sourceUrl + "/byname", "leads to no public address",
                sourceUrl.replace("127.0.0.1", "localhost") + "/disk", "leads to no public address");
        for (Map.Entry<String, String> one : led.entrySet()) {
            assertFails(one.getKey(), "image.import-not-allowed", one.getValue());
        }
    }

    @Test
    void whatASourceDoesNotGiveIsNoImage() throws Exception {
        assertFails(sourceUrl + "/missing", "image.import-failed", "404");
        assertFails(sourceUrl + "/endless", "image.too-large", "at most");
    }

    private void assertFails(String url, String code, String words) throws Exception {
        String id = images.begin("ann", Map.of("url", url));
        JsonObject error = images.ended("ann", "imports", id).getJsonObject("error");
        assertThat(error.getString("code")).as(url).isEqualTo(code);
        assertThat(error.getString("description")).contains(words);
        assertThat(router.sql("select count(*) from image where id = '" + id + "'"))
                .isEqualTo("0");
    }

    /** Half of the file the first time, and from then on what is asked for. */
    private void cutOnce(HttpExchange exchange) throws IOException {
        boolean first = ranges.isEmpty();
        ranges.add(java.util.Optional.ofNullable(exchange.getRequestHeaders().getFirst("Range"))
                .orElse("none"));
        send(exchange, first ? disk.length / 2 : disk.length);
    }

    /** Half of the file, and the rest once it may go on. */
    private void halting(HttpExchange exchange) throws IOException {
        send(exchange, goOn.getCount() > 0 ? disk.length / 2 : disk.length);
        try {
            goOn.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** What is asked for of the file, up to some byte; the connection is kept open and silent behind that, or cut. */
    private void send(HttpExchange exchange, int until) throws IOException {
        String range = exchange.getRequestHeaders().getFirst("Range");
        int from = range == null ? 0 : Integer.parseInt(range.replaceAll("\\D", ""));
        exchange.getResponseHeaders().set("ETag", "\"the-disk\"");
        if (range != null) {
            exchange.getResponseHeaders()
                    .set("Content-Range", "bytes " + from + "-" + (disk.length - 1) + "/" + disk.length);
        }
        exchange.sendResponseHeaders(range == null ? 200 : 206, disk.length - from);
        OutputStream out = exchange.getResponseBody();
        out.write(disk, from, until - from);
        out.flush();
        if (!exchange.getRequestURI().getPath().equals("/halting")) {
            exchange.close();
        }
    }

    private static void redirect(HttpExchange exchange, String to) throws IOException {
        exchange.getResponseHeaders().set("Location", to);
        exchange.sendResponseHeaders(302, -1);
        exchange.close();
    }
}
