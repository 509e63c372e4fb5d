package org.datacapsule.router.image.depot;

import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.json.JsonObject;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import org.awaitility.Awaitility;
import org.datacapsule.common.id.Sha256;
import org.datacapsule.common.transfer.ImageDownload;
import org.datacapsule.common.wire.Capacity;
import org.datacapsule.common.wire.Contracts;
import org.datacapsule.common.wire.ImageQuestion;
import org.datacapsule.common.wire.ImageSource;
import org.datacapsule.common.wire.ImageStock;
import org.datacapsule.common.wire.PortRange;
import org.datacapsule.router.http.TokenRole;
import org.datacapsule.router.testing.CapsuleRows;
import org.datacapsule.router.testing.DialectClient;
import org.datacapsule.router.testing.DialectRouter;
import org.datacapsule.router.testing.FakeAgent;
import org.datacapsule.router.testing.MakingHost;
import org.datacapsule.router.testing.S3Server;
import org.datacapsule.router.testing.TestRouter;
import org.datacapsule.router.testing.Wanting;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A router whose image store is a bucket: a file comes in, goes out, goes to a host, and goes for good. */
class S3ImagesIT {
    private static final Duration SOON = Duration.ofSeconds(40);

    @Test
    void anImagesFileLivesInTheBucketAndHostsFetchItThroughTheRouter(@TempDir Path folder) throws Exception {
        try (S3Server server = S3Server.start(folder.resolve("s3"))) {
            Map<String, String> settings = new HashMap<>(server.settings("images", "disks/"));
            settings.put("images.port", "0");
            try (DialectRouter dialect =
                            DialectRouter.start(Files.createDirectory(folder.resolve("router")), "vice", settings);
                    FakeAgent agent = dialect.router()
                            .agent("h1", new Capacity(100, 1 << 16, 10_000), new PortRange(20_000, 6_000, 500))) {
                agent.stock(new ImageStock("/images", Optional.empty(), List.of(), List.of()));
                DialectClient user = dialect.client(Map.of(
                        "Authorization",
                        "Basic "
                                + Base64.getEncoder()
                                        .encodeToString(
                                                ("ann:" + dialect.router().token("ann", TokenRole.OPERATOR))
                                                        .getBytes(StandardCharsets.UTF_8))));
                String path = made(user);

                byte[] disk = new byte[1 << 20];
                new Random(1).nextBytes(disk);
                assertThat(user.post(path + "/file", "upfile", disk).status()).isEqualTo(200);
                Awaitility.await()
                        .atMost(SOON)
                        .until(() -> user.get(path).json().getBoolean("imported", true));
                String id = path.substring(path.lastIndexOf('/') + 1);
                Sha256 content = new Sha256(dialect.router().sql("select sha256 from image where id = '" + id + "'"));
                Path object = server.object("disks/" + content + ".qcow2");

                HttpResponse<byte[]> whole = user.download(path + "/file", Map.of());
                assertThat(whole.body()).isEqualTo(Files.readAllBytes(object));
                assertThat(user.download(path + "/file", Map.of("Range", "bytes=0-3"))
                                .body())
                        .containsExactly('Q', 'F', 'I', 0xfb);
                agent.beat();
                assertThat(agent.imageOrders().fetch()).containsExactly(content);
                assertThat(fetched(dialect, agent, content, folder.resolve("fetched")))
                        .hasBinaryContent(whole.body());

                broughtFromItsHost(dialect, server, folder.resolve("made"));

                assertThat(user.delete(path).status()).isEqualTo(200);
                dialect.router().post("/v1/images/expunge", dialect.router().token("op", TokenRole.OPERATOR), Map.of());
                Awaitility.await().atMost(SOON).until(() -> Files.notExists(object));
                assertThat(folder.resolve("router/images/drafts")).isEmptyDirectory();
            }
        }
    }

    /** Once: an image that the bucket has is not asked of its host again. */
    private static void broughtFromItsHost(DialectRouter dialect, S3Server server, Path file) throws Exception {
        byte[] disk = new byte[1 << 20];
        new Random(2).nextBytes(disk);
        String capsule = new CapsuleRows(dialect.router())
                .insert(
                        "DEMO",
                        "null",
                        "SHUTDOWN",
                        "MAINTENANCE",
                        Map.of("ann", CapsuleRows.Row.of("OWNER-CONTROLLER")));
        try (MakingHost host = MakingHost.of(dialect.router(), Files.write(file, disk), "ann", capsule)) {
            Path object = server.object("disks/" + host.content() + ".qcow2");
            Awaitility.await().atMost(SOON).until(() -> Files.exists(object));
            assertThat(object).hasBinaryContent(disk);
            Awaitility.await()
                    .during(Duration.ofSeconds(2))
                    .atMost(SOON)
                    .untilAsserted(() -> assertThat(host.asked()).isEqualTo(1));
            whenTheHostIsGoneItIsStillThere(dialect.router(), host.image());
        }
    }

    /** Not so one that only the host had. */
    private static void whenTheHostIsGoneItIsStillThere(TestRouter router, String image) throws Exception {
        router.change(
                false,
                List.of(
                        "update host set lease_until = now() - interval '1 minute' where id = 'maker'",
                        "update image set pending_until = now() - interval '1 minute' where id = '" + image + "'",
                        """
                        insert into image (id, name, is_public, owner, status, sha256, source_capsule, share_operation, pending_until)
                        select gen_random_uuid(), 'lost', false, owner, status, repeat('cd', 32), source_capsule,
                               gen_random_uuid(), pending_until
                        from image where id = '%s'
                        """.formatted(image)));
        Awaitility.await()
                .atMost(SOON)
                .until(() -> router.sql("select status from image where name = 'lost'")
                        .equals("ERROR"));
        assertThat(router.sql("select status from image where id = '" + image + "'"))
                .isNotEqualTo("ERROR");
    }

    private static String made(DialectClient user) throws Exception {
        JsonObject asked = new JsonObject().put("title", "in-a-bucket").put("contenttype", "disk-raw");
        return "/vice/v1/image/"
                + user.send("POST", "/vice/v1/images", asked).json().getString("id");
    }

    private static Path fetched(DialectRouter dialect, FakeAgent agent, Sha256 content, Path into) throws Exception {
        List<ImageSource> sources = agent.tell(
                        Contracts.IMAGE_SOURCES, new ImageQuestion(agent.id(), content, List.of()))
                .sources();
        ImageDownload.Ending ending = new ImageDownload(
                        dialect.router().join("h2"),
                        SOON,
                        content,
                        () -> Optional.of(sources),
                        new Wanting(),
                        new Random(1))
                .into(into);
        assertThat(ending).isEqualTo(new ImageDownload.Ending.Whole());
        return into;
    }
}
