package org.datacapsule.router.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.UUID;
import org.datacapsule.common.certificate.Identity;
import org.datacapsule.common.id.Sha256;
import org.datacapsule.common.transfer.ImageDownload;
import org.datacapsule.common.wire.Capacity;
import org.datacapsule.common.wire.Command;
import org.datacapsule.common.wire.CommandEnvelope;
import org.datacapsule.common.wire.Contracts;
import org.datacapsule.common.wire.ImageQuestion;
import org.datacapsule.common.wire.ImageSource;
import org.datacapsule.common.wire.ImageStock;
import org.datacapsule.common.wire.ImageStock.FailedFetch;
import org.datacapsule.common.wire.ImageStock.Fetching;
import org.datacapsule.common.wire.PortRange;
import org.datacapsule.router.http.TokenRole;
import org.datacapsule.router.testing.FakeAgent;
import org.datacapsule.router.testing.FakeAgent.Behaviour;
import org.datacapsule.router.testing.TestRouter;
import org.datacapsule.router.testing.TestRouter.Answer;
import org.datacapsule.router.testing.Wanting;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** Which host is told to fetch what from where, and what becomes of images by what hosts say. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class DistributionIT {
    private static final Duration SOON = Duration.ofSeconds(20);
    private static final Random RANDOM = new Random();

    private TestRouter router;
    private FakeAgent h1;
    private FakeAgent h2;
    private FakeAgent h3;
    private String operator;
    private String user;
    private Path store;

    @BeforeAll
    void start(@TempDir Path directory) throws Exception {
        store = directory.resolve("store");
        router = TestRouter.start(
                directory,
                Map.of(
                        "quota.disk-gb", "10000",
                        "quota.vcpus", "1000",
                        "images.expunge-at", "never",
                        "images.directory", store.toString(),
                        "images.port", "0"));
        h1 = agent("h1");
        h2 = agent("h2");
        h3 = agent("h3");
        operator = router.token("operator", TokenRole.OPERATOR);
        user = router.token("user");
    }

    private FakeAgent agent(String name) throws Exception {
        FakeAgent agent = router.agent(name, new Capacity(1000, 1 << 20, 100_000), new PortRange(20_000, 6_000, 500));
        agent.lacks(TestRouter.IMAGE);
        return agent;
    }

    @AfterAll
    void stop() throws Exception {
        for (FakeAgent agent : List.of(h1, h2, h3)) {
            agent.close();
        }
        router.close();
    }

    @BeforeEach
    void everyHostHasADoorAndNoImage() throws Exception {
        for (FakeAgent agent : List.of(h1, h2, h3)) {
            agent.behave(command -> new Behaviour.Do(agent.done(command)));
            agent.stock(stock(agent, List.of(), List.of()));
            agent.beat();
        }
    }

    @AfterEach
    void forgetImages() throws Exception {
        router.execute("update image set status = 'DELETED', content_gone = true");
        router.execute("delete from image_fault");
    }

    private static ImageStock stock(FakeAgent agent, List<Fetching> fetching, List<FailedFetch> failed) {
        return new ImageStock(
                "/images", Optional.of(new ImageSource(agent.id().value(), "127.0.0.1", 5702)), fetching, failed);
    }

    @Test
    void everyEnabledHostIsToldToFetchWhatAnyHas() throws Exception {
        Sha256 content = random();
        image(content, "ACTIVE");
        h1.beat();
        assertThat(h1.imageOrders().fetch()).as("nobody has it").doesNotContain(content);
        h1.has(content);
        h1.beat();
        h2.beat();

        assertThat(h1.imageOrders().fetch()).doesNotContain(content);
        assertThat(h2.imageOrders().fetch()).containsExactly(content);
        assertThat(sources(h2, content)).containsExactly(new ImageSource("h1", "127.0.0.1", 5702));
        assertThat(sources(h1, content)).as("not of itself").isEmpty();

        router.put("/v1/hosts/h2", operator, Map.of("enabled", "false"));
        h2.beat();
        assertThat(h2.imageOrders().fetch()).isEmpty();
        router.put("/v1/hosts/h2", operator, Map.of("enabled", "true"));
        h1.lacks(content);
    }

    @Test
    void theStoresImagesAreFetchedAtTheRoutersDoor(@TempDir Path here) throws Exception {
        byte[] bytes = new byte[100_000];
        RANDOM.nextBytes(bytes);
        Sha256 content = stored(bytes);
        image(content, "ACTIVE");
        h3.beat();
        assertThat(h3.imageOrders().fetch()).containsExactly(content);
        List<ImageSource> sources = sources(h3, content);
        assertThat(sources).extracting(ImageSource::name).containsExactly("127.0.0.1");

        Identity identity = router.join("h4");
        ImageDownload.Ending ending = new ImageDownload(
                        identity, SOON, content, () -> Optional.of(sources), new Wanting(), new Random(1))
                .into(here.resolve("fetched"));

        assertThat(ending).isEqualTo(new ImageDownload.Ending.Whole());
        assertThat(here.resolve("fetched")).hasBinaryContent(bytes);

        router.join("h4");

        await().until(() ->
                new ImageDownload(identity, SOON, content, () -> Optional.of(sources), new Wanting(), new Random(1))
                                .into(Files.createTempFile(here, "again", ""))
                        instanceof ImageDownload.Ending.Failed);
    }

    @Test
    void aCapsuleGoesToAHostThatHasTheImageAndElseToOneThatCanGetIt() throws Exception {
        Sha256 content = random();
        String id = image(content, "ACTIVE");
        assertThat(create(id).code()).isEqualTo("capacity.exhausted");
        assertThat(create(id).body().getString("description")).contains("lack the image");

        h2.has(content);
        h2.beat();
        for (int i = 0; i < 3; i++) {
            assertThat(create(id).status()).isEqualTo(200);
        }
        await().atMost(SOON).until(() -> creates(h2, content) == 3);

        router.put("/v1/hosts/h2", operator, Map.of("enabled", "false"));
        Answer elsewhere = create(id);
        assertThat(elsewhere.status()).as(elsewhere.body().encode()).isEqualTo(200);
        await().atMost(SOON).until(() -> creates(h1, content) + creates(h3, content) == 1);
        router.put("/v1/hosts/h2", operator, Map.of("enabled", "true"));
        h2.lacks(content);
    }

    @Test
    void eachHostsPartIsShown() throws Exception {
        Sha256 content = random();
        String id = image(content, "ACTIVE");
        h1.has(content);
        h1.beat();
        h2.stock(stock(h2, List.of(new Fetching(content, 5, 20)), List.of()));
        h2.beat();
        h3.stock(stock(h3, List.of(), List.of(new FailedFetch(content, "no room"))));
        h3.beat();

        JsonObject shown = router.get("/v1/images/" + id, user).body();

        assertThat(shown.getJsonArray("hosts"))
                .containsExactly(
                        new JsonObject().put("host", "h1").put("state", "PRESENT"),
                        new JsonObject()
                                .put("host", "h2")
                                .put("state", "FETCHING")
                                .put("doneBytes", 5)
                                .put("totalBytes", 20),
                        new JsonObject()
                                .put("host", "h3")
                                .put("state", "FAILED")
                                .put("cause", "no room"));
        JsonObject listed =
                router.get("/v1/images", user).body().getJsonArray("images").getJsonObject(0);
        assertThat(listed.getJsonArray("hosts")).isEqualTo(shown.getJsonArray("hosts"));
        assertThat(router.get("/getimage?imageId=" + id, user).body().getString("imagePath"))
                .isEqualTo("/images/" + content + ".qcow2");
        h1.lacks(content);
    }

    @Test
    void anImageIsActiveOnceEveryEnabledHostHasIt() throws Exception {
        Sha256 content = random();
        String id = image(content, "SHARE_PENDING");
        h1.has(content);
        h1.beat();
        h2.beat();
        assertThat(h2.imageOrders().fetch()).containsExactly(content);
        h2.has(content);
        h2.beat();
        assertThat(status(id)).isEqualTo("SHARE_PENDING");

        h3.has(content);
        h3.beat();

        router.awaitSql("select status from image where id = '" + id + "'", "ACTIVE");
        List.of(h1, h2, h3).forEach(agent -> agent.lacks(content));
    }

    @Test
    void aHostThatCannotFetchAnImageIsWaitedForAWhileAndSaysWhyAlsoWhileItTriesAgain() throws Exception {
        Sha256 content = random();
        String id = image(content, "SHARE_PENDING");
        for (FakeAgent agent : List.of(h1, h2)) {
            agent.has(content);
            agent.beat();
        }
        h3.stock(stock(h3, List.of(), List.of(new FailedFetch(content, "no room"))));
        h3.beat();
        awaitLooks();
        assertThat(status(id)).as("it may come soon").isEqualTo("SHARE_PENDING");
        h3.stock(stock(h3, List.of(new Fetching(content, 5, 20)), List.of()));
        h3.beat();
        assertThat(router.get("/v1/images/" + id, operator)
                        .body()
                        .getJsonArray("hosts")
                        .getJsonObject(2))
                .isEqualTo(new JsonObject()
                        .put("host", "h3")
                        .put("state", "FETCHING")
                        .put("doneBytes", 5)
                        .put("totalBytes", 20)
                        .put("cause", "no room"));

        router.execute("update image_fetch set failing_since = failing_since - interval '10 minutes'");

        router.awaitSql("select status from image where id = '" + id + "'", "ACTIVE");
        assertThat(router.sql("select detail from audit where detail like '%" + id + "%' order by id desc limit 1"))
                .isEqualTo("image " + id + " is on every host but those that cannot fetch it: h3: no room");
        assertThat(h3.imageOrders().fetch()).as("it is to go on").contains(content);
        List.of(h1, h2).forEach(agent -> agent.lacks(content));
    }

    @Test
    void anImageThatNobodyCanFetchIsNotActive() throws Exception {
        Sha256 content = stored("unreachable".getBytes(StandardCharsets.UTF_8));
        String id = image(content, "SHARE_PENDING");
        for (FakeAgent agent : List.of(h1, h2, h3)) {
            agent.stock(stock(agent, List.of(), List.of(new FailedFetch(content, "no room"))));
            agent.beat();
        }
        router.execute("update image_fetch set failing_since = failing_since - interval '1 day'");

        awaitLooks();

        assertThat(status(id)).isEqualTo("SHARE_PENDING");
    }

    @Test
    void aHostThatIsOutSaysSoAndIsNotWaitedFor() throws Exception {
        Sha256 content = random();
        String id = image(content, "SHARE_PENDING");
        router.change(
                false,
                List.of(
                        """
                insert into host (id, incarnation, version, address, acceleration, cpus, memory_mb, disk_gb, ssh_first,
                                  vnc_first, port_count, guest_network, lease_until)
                values ('silent', gen_random_uuid(), 'test', '127.0.0.1', 'none', 1, 1, 1, 20000, 6000, 1,
                        '10.90.0.0/16', now() - interval '1 hour')
                """,
                        "insert into image_fetch (host_id, sha256, done_bytes, total_bytes) values ('silent', '"
                                + content + "', 1, 2)"));
        router.put("/v1/hosts/h3", operator, Map.of("enabled", "false"));
        for (FakeAgent agent : List.of(h1, h2)) {
            agent.has(content);
            agent.beat();
        }

        router.awaitSql("select status from image where id = '" + id + "'", "ACTIVE");

        JsonArray hosts = router.get("/v1/images/" + id, operator).body().getJsonArray("hosts");
        assertThat(hosts.getJsonObject(2))
                .isEqualTo(new JsonObject()
                        .put("host", "h3")
                        .put("state", "ABSENT")
                        .put("cause", "the host is disabled"));
        assertThat(hosts.getJsonObject(3))
                .isEqualTo(new JsonObject()
                        .put("host", "silent")
                        .put("state", "ABSENT")
                        .put("cause", "the host is down"));
        router.put("/v1/hosts/h3", operator, Map.of("enabled", "true"));
        router.execute("delete from host where id = 'silent'");
        List.of(h1, h2).forEach(agent -> agent.lacks(content));
    }

    @Test
    void oneHostThatFindsEverythingDamagedSpoilsNothingAndIsNotServedByThemAgain() throws Exception {
        Sha256 content = random();
        String id = image(content, "ACTIVE");
        h1.has(content);
        h2.has(content);
        h1.beat();
        h2.beat();

        assertThat(ask(h3, content, "h1", "h2")).isEmpty();

        h1.beat();
        assertThat(h1.imageOrders().verify()).containsExactly(content);
        awaitLooks();
        assertThat(status(id)).isEqualTo("ACTIVE");
        h2.lacks(content);
        h2.beat();
        assertThat(sources(h2, content))
                .as("for others it is as good as before")
                .hasSize(1);
        h1.lacks(content);
    }

    @Test
    void anImageOfWhichEveryCopyIsDamagedIsInErrorAndSaysWhy() throws Exception {
        Sha256 content = random();
        String id = image(content, "ACTIVE");
        h1.has(content);
        h1.beat();
        assertThat(ask(h2, content, "h1")).isEmpty();
        awaitLooks();
        assertThat(status(id)).as("its owner may not think so").isEqualTo("ACTIVE");

        // It has read it again.
        h1.lacks(content);
        h1.beat();

        router.awaitSql("select status from image where id = '" + id + "'", "ERROR");
        assertThat(router.get("/v1/images/" + id, user).body().getString("error"))
                .isEqualTo("Every copy of its file is damaged: that of host h1, as found by h2");
    }

    @Test
    void theStoreReadsAgainWhatAHostFoundDamagedAndDropsIt() throws Exception {
        Sha256 content = stored("good".getBytes(StandardCharsets.UTF_8));
        Path file = store.resolve(content + ".qcow2");
        Files.delete(file);
        Files.writeString(file, "evil");
        String id = image(content, "ACTIVE");
        assertThat(ask(h1, content, "127.0.0.1")).isEmpty();

        router.awaitSql("select status from image where id = '" + id + "'", "ERROR");
        assertThat(file).doesNotExist();
        assertThat(router.get("/v1/images/" + id, user).body().getString("error"))
                .contains("that of the image store, as found by h1");
    }

    @Test
    void ofADeletedImageNothingStays() throws Exception {
        Sha256 content = stored("deleted".getBytes(StandardCharsets.UTF_8));
        String id = image(content, "ACTIVE");
        h1.has(content);
        h1.beat();
        Answer created = create(id);
        assertThat(created.status()).isEqualTo(200);
        String capsule = created.body().getString("vmid");
        router.awaitSql("select state from capsule where id = '" + capsule + "'", "SHUTDOWN");
        router.put("/requestimagedelete", operator, Map.of("imageId", id));
        router.delete("/deleteimage?imageId=" + id, operator);
        assertThat(status(id)).isEqualTo("DELETED");
        awaitLooks();
        h1.beat();
        assertThat(h1.imageOrders().remove()).as("a capsule lies on it").doesNotContain(content);
        assertThat(store.resolve(content + ".qcow2")).exists();

        router.post("/deletevm", user, Map.of("vmId", capsule));

        router.awaitSql("select state from capsule where id = '" + capsule + "'", "DELETED");
        await().atMost(SOON)
                .untilAsserted(
                        () -> assertThat(store.resolve(content + ".qcow2")).doesNotExist());
        h1.beat();
        assertThat(h1.imageOrders().remove()).contains(content);
        h1.lacks(content);
    }

    /** A create that waits for its image keeps that from being deleted. */
    @Test
    void whileACreateWaitsForTheImageItIsNotDeleted() throws Exception {
        Sha256 content = stored("raced".getBytes(StandardCharsets.UTF_8));
        String id = image(content, "ACTIVE");
        for (FakeAgent agent : List.of(h1, h2, h3)) {
            agent.behave(command -> new Behaviour.AcceptAndForget());
        }
        Answer created = create(id);
        assertThat(created.status()).isEqualTo(200);
        router.put("/requestimagedelete", operator, Map.of("imageId", id));

        assertThat(router.delete("/deleteimage?imageId=" + id, operator).code()).isEqualTo("image.in-use");
        awaitLooks();
        assertThat(store.resolve(content + ".qcow2")).exists();
        assertThat(sources(h1, content)).as("the create can still fetch it").isNotEmpty();
        router.post("/deletevm", user, Map.of("vmId", created.body().getString("vmid")));
    }

    /** What is looked at every second has been since. */
    private void awaitLooks() throws Exception {
        String pending = image(random(), "SHARE_PENDING");
        Sha256 content = new Sha256(router.sql("select sha256 from image where id = '" + pending + "'"));
        for (FakeAgent agent : List.of(h1, h2, h3)) {
            agent.has(content);
            agent.beat();
        }
        router.awaitSql("select status from image where id = '" + pending + "'", "ACTIVE");
        router.execute("update image set status = 'DELETED', content_gone = true where id = '" + pending + "'");
        for (FakeAgent agent : List.of(h1, h2, h3)) {
            agent.lacks(content);
            agent.beat();
        }
    }

    private List<ImageSource> sources(FakeAgent agent, Sha256 content) throws Exception {
        return ask(agent, content);
    }

    private static List<ImageSource> ask(FakeAgent agent, Sha256 content, String... damaged) throws Exception {
        return agent.tell(Contracts.IMAGE_SOURCES, new ImageQuestion(agent.id(), content, List.of(damaged)))
                .sources();
    }

    private Answer create(String image) throws Exception {
        return router.post(
                "/createvm",
                user,
                Map.of(
                        "imageid", image,
                        "loginusername", "ada",
                        "loginpassword", "s3cret-Pass",
                        "memory", "256",
                        "vcpu", "1"));
    }

    private static long creates(FakeAgent agent, Sha256 content) {
        return agent.received().stream()
                .map(CommandEnvelope::command)
                .filter(command -> command instanceof Command.Create create
                        && create.image().equals(content))
                .count();
    }

    private String status(String id) throws Exception {
        return router.sql("select status from image where id = '" + id + "'");
    }

    private String image(Sha256 content, String status) throws Exception {
        router.get("/v1/images", user);
        Answer answer = router.post(
                "/v1/images",
                operator,
                Map.of("imageName", "image-" + UUID.randomUUID(), "public", "true", "sha256", content.hex()));
        String id = answer.body().getString("imageId");
        router.execute("update image set status = '" + status + "' where id = '" + id + "'");
        return id;
    }

    private Sha256 stored(byte[] bytes) throws Exception {
        Sha256 content = new Sha256(
                HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes)));
        Files.write(store.resolve(content + ".qcow2"), bytes);
        return content;
    }

    private static Sha256 random() {
        byte[] bytes = new byte[32];
        RANDOM.nextBytes(bytes);
        return new Sha256(HexFormat.of().formatHex(bytes));
    }
}
