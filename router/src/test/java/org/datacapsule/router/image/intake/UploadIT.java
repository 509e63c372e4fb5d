package org.datacapsule.router.image.intake;

import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.json.JsonObject;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import org.datacapsule.router.RouterAssembly;
import org.datacapsule.router.image.inspect.DiskFiles;
import org.datacapsule.router.testing.TestRouter;
import org.datacapsule.router.testing.TestRouter.Answer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** Files of images come in, in one go or in parts, are looked at, and go out. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class UploadIT {
    private TestRouter router;
    private Images images;
    private DiskFiles files;

    @BeforeAll
    void start(@TempDir Path directory) throws Exception {
        router = TestRouter.start(directory, Map.of("quota.images", "200"));
        images = new Images(router, directory.resolve("images"));
        files = new DiskFiles(Files.createDirectory(directory.resolve("files")));
    }

    @AfterAll
    void stop() throws Exception {
        router.close();
    }

    @Test
    void aFileInOneGoBecomesAnImageThatCanBeFetched(@TempDir Path directory) throws Exception {
        Path raw = files.raw();
        String id = images.begin(
                "ann", Map.of("sizeBytes", size(raw), "format", "raw", "sha256", sha256(Files.readAllBytes(raw))));
        Answer put = images.putAll("ann", id, raw);
        assertThat(put.status()).as(put.body().encode()).isEqualTo(200);
        assertThat(put.body().getLong("receivedBytes")).isEqualTo(Files.size(raw));

        assertThat(images.ended("ann", "uploads", id).getString("state")).isEqualTo("DONE");

        HttpResponse<byte[]> whole = images.file("GET", "ann", id);
        assertThat(whole.statusCode()).isEqualTo(200);
        Path fetched = Files.write(directory.resolve("fetched.qcow2"), whole.body());
        assertThat(DiskFiles.sameDisk(raw, "raw", fetched)).isTrue();
        String etag = "\"" + sha256(whole.body()) + "\"";
        assertThat(whole.headers().firstValue("ETag")).hasValue(etag);

        HttpResponse<byte[]> part = images.file("GET", "ann", id, "Range", "bytes=4-99", "If-Range", etag);
        assertThat(part.statusCode()).isEqualTo(206);
        assertThat(part.body()).isEqualTo(Arrays.copyOfRange(whole.body(), 4, 100));
        HttpResponse<byte[]> head = images.file("HEAD", "ann", id);
        assertThat(head.headers().firstValueAsLong("Content-Length")).hasValue(whole.body().length);
        assertThat(head.body()).isEmpty();

        assertThat(images.file("GET", "bob", id).statusCode()).isEqualTo(400);
        assertThat(router.sql("select status || ' ' || sha256 from image where id = '" + id + "'"))
                .isEqualTo("SHARE_PENDING " + sha256(whole.body()));
        images.assertNothingIsLeftOver();
    }

    @Test
    void partsGoThroughAnyRouterAndALostConnectionLosesNothing() throws Exception {
        Path given = files.converted(files.raw(), "qcow2");
        byte[] bytes = Files.readAllBytes(given);
        int third = bytes.length / 3;
        String id = images.begin("ann", Map.of("sizeBytes", size(given)));
        try (RouterAssembly another = router.another()) {
            URI elsewhere = URI.create("http://127.0.0.1:" + another.port());

            assertThat(put(router.uri(), id, bytes, 0, third).status()).isEqualTo(200);
            Answer wrong = put(elsewhere, id, bytes, third + 5, bytes.length);
            assertThat(wrong.status()).isEqualTo(409);
            assertThat(wrong.code()).isEqualTo("image.upload-conflict");
            assertThat(wrong.body().getString("description")).contains("go on with byte " + third);

            sendAndHangUp(id, bytes, third, 2 * third);
            // What nobody had read yet when the client went away is lost; the rest is held, and it is said how much.
            router.awaitSql(
                    "select (received > " + third + " and claim is null)::text from image_intake where id = '" + id
                            + "'",
                    "true");
            int held = images.show("ann", "uploads", id).getInteger("receivedBytes");
            assertThat(held).isBetween(third + 1, 2 * third);

            Answer last = put(elsewhere, id, bytes, held, bytes.length);
            assertThat(last.status()).as(last.body().encode()).isEqualTo(200);
            assertThat(images.ended("ann", "uploads", id).getString("state")).isEqualTo("DONE");
            assertThat(put(elsewhere, id, bytes, 0, third).code()).isEqualTo("image.upload-conflict");
        }
    }

    @Test
    void whileOnePartArrivesNoOtherIsTaken() throws Exception {
        byte[] bytes = new byte[300_000];
        String id = images.begin("ann", Map.of("sizeBytes", "300000", "format", "raw"));
        try (Socket slow = open(id, bytes.length, "bytes 0-299999/300000")) {
            slow.getOutputStream().write(bytes, 0, 1000);
            slow.getOutputStream().flush();
            router.awaitSql(
                    "select case when claim is null then 'free' else 'claimed' end from image_intake where id = '" + id
                            + "'",
                    "claimed");

            Answer second = put(router.uri(), id, bytes, 0, bytes.length);

            assertThat(second.code()).isEqualTo("image.upload-conflict");
            assertThat(second.body().getString("description")).contains("Another part is arriving");
        }
        assertThat(cancelled(id)).isEqualTo("operation.cancelled");
        images.assertNothingIsLeftOver();
    }

    @Test
    void whatIsNoImageIsRefusedAndLeavesNothing() throws Exception {
        for (DiskFiles.Bad bad : files.bad()) {
            String name = "bad " + bad.what();
            String id = images.begin(
                    "eve",
                    bad.said().isEmpty()
                            ? Map.of("imageName", name, "sizeBytes", size(bad.file()))
                            : Map.of("imageName", name, "sizeBytes", size(bad.file()), "format", bad.said()));
            assertThat(images.putAll("eve", id, bad.file()).status()).isEqualTo(200);

            JsonObject ended = images.ended("eve", "uploads", id);

            assertThat(ended.getString("state")).as(bad.what()).isEqualTo("FAILED");
            assertThat(ended.getJsonObject("error").getString("description"))
                    .as(bad.what())
                    .contains(bad.words())
                    .doesNotContain("/tmp", "/given");
            assertThat(router.sql("select count(*) from image where id = '" + id + "' or name = '" + name + "'"))
                    .isEqualTo("0");
        }
        images.assertNothingIsLeftOver();
    }

    @Test
    void aFileWithAnotherChecksumIsRefused() throws Exception {
        Path raw = files.raw();
        String id = images.begin("ann", Map.of("sizeBytes", size(raw), "format", "raw", "sha256", "00".repeat(32)));
        images.putAll("ann", id, raw);

        JsonObject ended = images.ended("ann", "uploads", id);

        assertThat(ended.getJsonObject("error").getString("code")).isEqualTo("image.content-mismatch");
    }

    @Test
    void theNumberOfAUsersImagesIsLimited() throws Exception {
        router.change(false, List.of("insert into users (guid, quota_images) values ('cid', 1)"));
        String first = images.begin("cid", Map.of("sizeBytes", "1000"));

        Answer second = router.post(
                "/v1/images/uploads", router.token("cid"), Map.of("imageName", "cid's second", "sizeBytes", "1000"));
        assertThat(second.code()).isEqualTo("quota.exceeded");

        router.delete("/v1/images/uploads/" + first, router.token("cid"));
        images.begin("cid", Map.of("imageName", "cid's second", "sizeBytes", "1000"));
    }

    @Test
    void whatIsWrongWithAnUploadIsSaidBeforeItsBytesCome() throws Exception {
        String id = images.begin("ann", Map.of("imageName", "taken", "sizeBytes", "1000"));
        Map<String, Map<String, String>> wrong = Map.of(
                "image.name-taken", Map.of("imageName", "taken", "sizeBytes", "1000"),
                "image.too-large", Map.of("imageName", "large", "sizeBytes", Long.toString(1L << 40)),
                "request.invalid", Map.of("imageName", "odd", "sizeBytes", "1000", "format", "iso"));
        for (Map.Entry<String, Map<String, String>> one : wrong.entrySet()) {
            assertThat(router.post("/v1/images/uploads", router.token("ann"), one.getValue())
                            .code())
                    .isEqualTo(one.getKey());
        }
        byte[] bytes = new byte[2000];
        assertThat(images.put(router.uri(), "ann", id, bytes, Map.of()).code()).isEqualTo("request.invalid");
        assertThat(images.put(router.uri(), "ann", id, bytes, Map.of("Content-Range", "bytes 0-1999/*"))
                        .code())
                .isEqualTo("request.too-large");
        assertThat(images.put(router.uri(), "ann", id, bytes, Map.of("Content-Range", "bytes 0-9/1000"))
                        .code())
                .isEqualTo("request.invalid");
        assertThat(images.put(router.uri(), "bob", id, bytes, Map.of()).code()).isEqualTo("image.upload-not-found");
        assertThat(images.put(router.uri(), "ann", id, bytes, Map.of("Content-Type", "text/plain"))
                        .code())
                .isEqualTo("request.unsupported-media-type");
        assertThat(cancelled(id)).isEqualTo("operation.cancelled");
    }

    @Test
    void anUploadThatNobodyGoesOnWithIsGivenUp() throws Exception {
        byte[] bytes = new byte[1000];
        String id = images.begin("ann", Map.of("sizeBytes", "2000", "format", "raw"));
        assertThat(images.put(router.uri(), "ann", id, bytes, Map.of("Content-Range", "bytes 0-999/2000"))
                        .status())
                .isEqualTo(200);
        router.execute("update image_intake set expires_at = now() where id = '" + id + "'");

        // A router looks for such when it starts, and every minute.
        router.restart();

        assertThat(images.ended("ann", "uploads", id).getJsonObject("error").getString("code"))
                .isEqualTo("image.upload-expired");
        assertThat(router.sql("select count(*) from image where id = '" + id + "'"))
                .isEqualTo("0");
        images.assertNothingIsLeftOver();
    }

    @Test
    void aRouterThatDiedWhileItLookedIsFollowedByAnother() throws Exception {
        Path raw = files.raw();
        String id = images.begin("ann", Map.of("sizeBytes", size(raw), "format", "raw"));
        byte[] bytes = Files.readAllBytes(raw);
        put(router.uri(), id, bytes, 0, 1000);
        // As a router leaves it that had all and was killed.
        router.change(
                false,
                List.of("update image_intake set claim = gen_random_uuid(), claimed_until = now() + interval '1 second'"
                        + " where id = '" + id + "'"));
        assertThat(put(router.uri(), id, bytes, 1000, bytes.length).code()).isEqualTo("image.upload-conflict");
        router.awaitSql("select (claimed_until < now())::text from image_intake where id = '" + id + "'", "true");

        assertThat(put(router.uri(), id, bytes, 1000, bytes.length).status()).isEqualTo(200);
        assertThat(images.ended("ann", "uploads", id).getString("state")).isEqualTo("DONE");
    }

    private Answer put(URI at, String id, byte[] bytes, int from, int end) throws Exception {
        return images.put(
                at,
                "ann",
                id,
                Arrays.copyOfRange(bytes, from, end),
                Map.of("Content-Range", "bytes " + from + "-" + (end - 1) + "/" + bytes.length));
    }

    /** Sends a part that should be longer, and goes away. */
    private void sendAndHangUp(String id, byte[] bytes, int from, int until) throws Exception {
        String range = "bytes " + from + "-" + (bytes.length - 1) + "/" + bytes.length;
        try (Socket client = open(id, bytes.length - from, range)) {
            OutputStream out = client.getOutputStream();
            out.write(bytes, from, until - from);
            out.flush();
        }
    }

    private Socket open(String id, int length, String range) throws Exception {
        Socket client =
                new Socket(InetAddress.getLoopbackAddress(), router.uri().getPort());
        client.getOutputStream()
                .write("""
                PUT /v1/images/uploads/%s HTTP/1.1\r
                Host: 127.0.0.1\r
                Authorization: Bearer %s\r
                Content-Length: %d\r
                Content-Range: %s\r
                \r
                """.formatted(id, router.token("ann"), length, range).getBytes(StandardCharsets.US_ASCII));
        return client;
    }

    private String cancelled(String id) throws Exception {
        Answer answer = router.delete("/v1/images/uploads/" + id, router.token("ann"));
        return answer.body()
                .getJsonObject("error", new JsonObject())
                .getString("code", answer.body().encode());
    }

    private static String size(Path file) throws Exception {
        return Long.toString(Files.size(file));
    }

    private static String sha256(byte[] bytes) throws Exception {
        return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
    }
}
