package org.datacapsule.router.imageapi;

import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.json.JsonObject;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.awaitility.Awaitility;
import org.datacapsule.router.http.TokenRole;
import org.datacapsule.router.testing.DialectClient;
import org.datacapsule.router.testing.DialectClient.Came;
import org.datacapsule.router.testing.DialectRouter;
import org.datacapsule.router.testing.ImageRows;
import org.datacapsule.router.testing.ImageRows.Sample;
import org.datacapsule.router.testing.ImageServer;
import org.datacapsule.router.testing.TestRouter;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** Operations of seed 004, whole bodies compared. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class DanubeIT {
    private DialectRouter dialect;
    private TestRouter router;
    private ImageRows rows;
    private ImageServer source;
    private DialectClient anybody;
    private DialectClient user;
    private DialectClient admin;
    private String owner;
    private Sample image;

    @BeforeAll
    void start(@TempDir Path directory) throws Exception {
        dialect = DialectRouter.start(directory, "danube", Map.of("image-apis.vice.enabled", "true"));
        router = dialect.router();
        rows = dialect.rows();
        source = dialect.source();
        anybody = new DialectClient(router.uri(), Map.of());
        admin = of(router.token("admin", TokenRole.ADMIN));
    }

    @AfterAll
    void stop() throws Exception {
        dialect.close();
    }

    @BeforeEach
    void newOwner() throws Exception {
        owner = "owner-" + UUID.randomUUID();
        user = of(router.token(owner));
        // What another test made public would stand in every list.
        router.change(false, List.of("update image set is_public = false"));
        image = rows.insert(new Sample(
                UUID.randomUUID().toString(),
                "centos-" + owner,
                owner,
                false,
                "ACTIVE",
                (10L << 30) - 1,
                "2013-09-05T10:11:12Z"));
    }

    @Test
    void anImageIsShownWithEveryFieldOfItsKind() throws Exception {
        Came came = user.get(path());

        assertThat(came.status()).isEqualTo(200);
        assertThat(came.header("es_task_id")).isEqualTo(came.json().getString("task_id"));
        assertThat(came.json()).isEqualTo(success(came, shown()));
        assertThat(user.get(path() + "?extended=true").json().getJsonObject("result"))
                .isEqualTo(shown().put("dcs", List.of("main")));
        assertThat(user.get("/api/image/no-such-image/").json())
                .isEqualTo(new JsonObject()
                        .put("detail", "There is no image named \"no-such-image\" that is public or your own."));
    }

    @Test
    void theListHasNamesUnlessMoreIsAskedFor() throws Exception {
        Sample later = rows.insert(Sample.of(owner, false, "SHARE_PENDING").named("a-" + owner));
        rows.insert(owner, false, "DELETED");

        assertThat(user.get("/api/image/").json().getJsonArray("result")).containsExactly(later.name(), image.name());
        assertThat(user.get("/api/image/?order_by=-name").json().getJsonArray("result"))
                .containsExactly(image.name(), later.name());
        assertThat(user.get("/api/image/?order_by=-created").json().getJsonArray("result"))
                .containsExactly(image.name(), later.name());
        JsonObject full = user.send("GET", "/api/image/", new JsonObject().put("full", true))
                .json();
        assertThat(full.getJsonArray("result").getJsonObject(1)).isEqualTo(shown());
        assertThat(full.getJsonArray("result").getJsonObject(0).getInteger("status"))
                .isEqualTo(2);
        assertThat(user.get("/api/image/?extended=true")
                        .json()
                        .getJsonArray("result")
                        .getJsonObject(1))
                .isEqualTo(shown().put("dcs", List.of("main")));
        assertThat(user.get("/api/image/?order_by=colour").status()).isEqualTo(400);
        assertThat(of(router.token("op", TokenRole.OPERATOR))
                        .get("/api/image/")
                        .json()
                        .getJsonArray("result"))
                .contains(image.name());
        assertThat(of(router.token("other")).get("/api/image/").json().getJsonArray("result"))
                .doesNotContain(image.name());
    }

    @Test
    void anUpdateChangesWhatItGivesAndTextStandsForItsValue() throws Exception {
        JsonObject changes = new JsonObject()
                .put("alias", "c7-" + owner.substring(0, 12))
                .put("access", "1")
                .put("desc", "CentOS Linux")
                .put("version", "7.9")
                .put("resize", "true")
                .put("deploy", true)
                .put("tags", "a, b,a")
                .put("dc", "main");
        JsonObject changed = shown().put("alias", "c7-" + owner.substring(0, 12))
                .put("access", 1)
                .put("desc", "CentOS Linux")
                .put("version", "7.9")
                .put("resize", true)
                .put("deploy", true)
                .put("tags", List.of("a", "b"));

        Came came = user.send("PUT", path(), changes);

        assertThat(came.json()).isEqualTo(success(came, changed));
        assertThat(user.get(path()).json().getJsonObject("result")).isEqualTo(changed);
        assertThat(router.sql("select is_public::text || description from image where id = '" + image.id() + "'"))
                .isEqualTo("trueCentOS Linux");
        assertThat(router.sql(
                        "select detail from audit where action = 'danube.updateImage' and user_guid = '" + owner + "'"))
                .isEqualTo("image " + image.id() + " ACTIVE");
        Sample other = rows.insert(Sample.of(owner, false, "ACTIVE"));
        Came taken = user.send(
                "PUT",
                "/api/image/" + other.name() + "/",
                new JsonObject().put("alias", "C7-" + owner.substring(0, 12)).put("version", "7.9"));
        assertThat(taken.status()).isEqualTo(400);
        assertThat(taken.json().getJsonObject("result").fieldNames()).containsExactly("alias");
    }

    @Test
    void whatIsWrongIsSaidByField() throws Exception {
        for (Map.Entry<String, Object> wrong : List.<Map.Entry<String, Object>>of(
                Map.entry("access", 2),
                Map.entry("access", "public"),
                Map.entry("resize", "maybe"),
                Map.entry("alias", "x".repeat(33)),
                Map.entry("desc", "<script>"),
                Map.entry("tags", List.of("two words")),
                Map.entry("owner", "somebody"))) {
            Came came = user.send("PUT", path(), new JsonObject().put(wrong.getKey(), wrong.getValue()));

            assertThat(came.status()).as(came.text()).isEqualTo(400);
            assertThat(came.json().getString("status")).isEqualTo("FAILURE");
            assertThat(came.json().getJsonObject("result").fieldNames()).containsExactly(wrong.getKey());
            assertThat(came.json().getString("task_id")).isNotBlank();
        }
        assertThat(user.send("PUT", path(), Map.of("Content-Type", "application/json"), "{")
                        .status())
                .isEqualTo(400);
        assertThat(user.get(path()).json().getJsonObject("result")).isEqualTo(shown());
    }

    @Test
    void deletionIsRefusedWhileAServerUsesTheImage() throws Exception {
        router.change(true, List.of("""
                insert into capsule (id, name, image_id, host_id, state, mode, type, vcpus, memory_mb, disk_gb, ssh_port,
                                     vnc_port, guest_slot, login_user_name)
                values ('%s', 'n', '%s', 'h', 'SHUTDOWN', 'NOT_DEFINED', 'RESEARCH', 1, 1, 1, 1, 1, 1, 'u')
                """.formatted(UUID.randomUUID(), image.id())));

        Came used = user.delete(path());
        router.change(true, List.of("delete from capsule where image_id = '" + image.id() + "'"));
        Came deleted = user.send("DELETE", path(), new JsonObject());

        assertThat(used.status()).isEqualTo(428);
        assertThat(used.json()).isEqualTo(new JsonObject().put("detail", "Image is used by some VMs"));
        assertThat(deleted.json()).isEqualTo(success(deleted, null));
        assertThat(rows.status(image.id())).isEqualTo("DELETE_PENDING");
        assertThat(user.get(path()).json().getJsonObject("result").getInteger("access"))
                .isEqualTo(4);
        assertThat(user.delete(path()).status()).isEqualTo(417);
        assertThat(user.send("PUT", path(), new JsonObject().put("desc", "x")).status())
                .isEqualTo(417);
    }

    @Test
    void accessFourIsTheCatalogsDeletion() throws Exception {
        Came came = user.send("PUT", path(), new JsonObject().put("access", 4));

        assertThat(came.json()).isEqualTo(success(came, shown().put("access", 4)));
        assertThat(rows.status(image.id())).isEqualTo("DELETE_PENDING");
    }

    @Test
    void permissionsAreTheCatalogsAndUnboundImagesAreForAdmins() throws Exception {
        Sample open = rows.insert(Sample.of(owner, true, "ACTIVE"));
        String path = "/api/image/" + open.name() + "/";

        Came refused = of(router.token("other")).send("PUT", path, new JsonObject().put("desc", "x"));
        assertThat(refused.status()).isEqualTo(403);
        assertThat(refused.json().fieldNames()).containsExactly("detail");
        assertThat(user.send("PUT", path, new JsonObject().put("dc_bound", false))
                        .status())
                .isEqualTo(403);
        assertThat(admin.send("PUT", path, new JsonObject().put("dc_bound", "false"))
                        .json()
                        .getJsonObject("result")
                        .getBoolean("dc_bound"))
                .isFalse();
        assertThat(user.send("PUT", path, new JsonObject().put("desc", "x")).status())
                .isEqualTo(403);
        assertThat(user.delete(path).status()).isEqualTo(403);
        assertThat(admin.delete(path).status()).isEqualTo(200);
    }

    @Test
    void signingInTakesATokenAndAnswersWithIt() throws Exception {
        String token = router.token(owner);
        Came in = anybody.send(
                "POST",
                "/api/accounts/login/",
                new JsonObject().put("username", owner).put("password", token));
        Came out = anybody.send(
                "POST",
                "/api/accounts/login/",
                new JsonObject().put("username", owner).put("password", "guess"));

        assertThat(in.status()).isEqualTo(200);
        assertThat(in.json().getString("token")).isEqualTo(token);
        assertThat(in.json().getString("detail")).isEqualTo("Welcome to Danube Cloud API.");
        assertThat(anybody.with(Map.of("Authorization", "Token " + in.json().getString("token")))
                        .get(path())
                        .status())
                .isEqualTo(200);
        assertThat(out.status()).isEqualTo(400);
        assertThat(out.json()).isEqualTo(new JsonObject().put("detail", "Unable to log in with provided credentials."));
        Came none = anybody.get("/api/image/");
        assertThat(none.status()).isEqualTo(403);
        assertThat(none.json())
                .isEqualTo(new JsonObject().put("detail", "Authentication credentials were not provided."));
        assertThat(of("no.such.key").get("/api/image/").status()).isEqualTo(403);
    }

    @Test
    void anImportIsATaskThatLastsUntilTheImageHasItsContent() throws Exception {
        String name = "imported-" + UUID.randomUUID().toString().substring(0, 8);
        source.serve("/manifest", """
                {"v": 2, "uuid": "%s", "name": "centos-7", "version": "7.2", "description": "CentOS Linux", "os": "linux",
                 "tags": {"resize": true}, "files": [{"size": %d, "sha256": "%s", "compression": "none"}]}
                """.formatted(UUID.randomUUID(), source.disk().length, source.sha256()));
        JsonObject body = new JsonObject()
                .put("manifest_url", source.origin() + "/manifest")
                .put("file_url", source.diskUrl())
                .put("access", 1)
                .put("alias", name + "-a")
                .put("dc", "main");

        Came begun = admin.send("POST", "/api/image/" + name + "/", body);
        String task = begun.json().getString("task_id");
        Came ended = Awaitility.await()
                .atMost(Duration.ofSeconds(40))
                .pollInterval(Duration.ofMillis(30))
                .until(() -> admin.get("/api/task/" + task + "/status/"), came -> came.status() != 201);

        assertThat(begun.status()).as(begun.text()).isEqualTo(201);
        assertThat(begun.json())
                .isEqualTo(new JsonObject()
                        .put("status", "PENDING")
                        .putNull("result")
                        .put("task_id", task));
        assertThat(ended.status()).as(ended.text()).isEqualTo(200);
        JsonObject result = ended.json().getJsonObject("result");
        assertThat(result.getString("name")).isEqualTo(name);
        assertThat(result.getString("version")).isEqualTo("7.2");
        assertThat(result.getString("desc")).isEqualTo("CentOS Linux");
        assertThat(result.getString("alias")).isEqualTo(name + "-a");
        assertThat(result.getInteger("access")).isEqualTo(1);
        assertThat(result.getBoolean("resize")).isTrue();
        assertThat(admin.send("POST", "/api/image/" + name + "/", body).status())
                .isEqualTo(406);
        assertThat(admin.get("/api/task/nothing/status/").status()).isEqualTo(404);
    }

    @Test
    void aStreamLastsAsLongAsTheImportAndEndsWithItsAnswer() throws Exception {
        String name = "streamed-" + UUID.randomUUID().toString().substring(0, 8);
        source.serve("/streamed", "{\"files\": [{\"sha256\": \"" + source.sha256() + "\"}]}");
        JsonObject body = new JsonObject()
                .put("manifest_url", source.origin() + "/streamed")
                .put("file_url", source.diskUrl());
        Map<String, String> stream = Map.of("ES-STREAM", "es", "Content-Type", "application/json");

        Came came = admin.send("POST", "/api/image/" + name + "/", stream, body.encode());

        assertThat(came.status()).isEqualTo(201);
        assertThat(came.header("es_stream")).isEqualTo("es");
        String[] parts = came.text().stripLeading().split("\n", 2);
        assertThat(parts[0]).isEqualTo("200");
        JsonObject ended = new JsonObject(parts[1]);
        assertThat(ended.getString("task_id")).isEqualTo(came.header("es_task_id"));
        assertThat(ended.getString("status")).isEqualTo("SUCCESS");
        assertThat(ended.getJsonObject("result").getString("name")).isEqualTo(name);
        Came refused = admin.send("POST", "/api/image/" + name + "/", stream, body.encode());
        assertThat(refused.status()).as("what does not begin has no stream").isEqualTo(406);
    }

    @Test
    void thePasswordOfAnAccountSignsIn() throws Exception {
        String name = "acc-" + owner.substring(owner.length() - 8);
        dialect.account(name, "a password");
        Came in = anybody.send(
                "POST",
                "/api/accounts/login/",
                new JsonObject().put("username", name).put("password", "a password"));

        assertThat(in.status()).as(in.text()).isEqualTo(200);
        assertThat(anybody.with(Map.of("Authorization", "Token " + in.json().getString("token")))
                        .get("/api/image/")
                        .status())
                .isEqualTo(200);
    }

    @Test
    void anImportThatCannotBeIsSaidByFieldOrByItsTask() throws Exception {
        String path = "/api/image/bad-import/";
        source.serve("/none", "[]");
        source.serve("/two", "{\"files\": [{}, {}]}");
        source.serve("/packed", "{\"files\": [{\"compression\": \"gzip\"}]}");
        source.serve("/long", " ".repeat(9000));
        source.serve("/other", "{\"files\": [{\"sha256\": \"" + "0".repeat(64) + "\"}]}");
        for (String manifest : List.of("/none", "/two", "/packed", "/long", "/missing")) {
            Came came = admin.send("POST", path, new JsonObject().put("manifest_url", source.origin() + manifest));
            assertThat(came.status()).as(came.text()).isEqualTo(400);
            assertThat(came.json().getJsonObject("result").fieldNames()).containsExactly("manifest_url");
        }
        assertThat(admin.send("POST", path, new JsonObject()).json().getString("status"))
                .isEqualTo("FAILURE");
        assertThat(admin.send("POST", path, new JsonObject().put("manifest_url", "http://192.168.1.20/manifest"))
                        .status())
                .isEqualTo(400);
        assertThat(user.send("POST", path, new JsonObject().put("manifest_url", source.origin() + "/other"))
                        .status())
                .isEqualTo(403);

        Came begun = admin.send(
                "POST",
                path,
                new JsonObject().put("manifest_url", source.origin() + "/other").put("file_url", source.diskUrl()));
        Came ended = Awaitility.await()
                .atMost(Duration.ofSeconds(40))
                .pollInterval(Duration.ofMillis(30))
                .until(
                        () -> admin.get("/api/task/" + begun.json().getString("task_id") + "/status/"),
                        came -> came.status() != 201);

        assertThat(ended.status()).as(ended.text()).isEqualTo(400);
        assertThat(ended.json().getString("status")).isEqualTo("FAILURE");
        assertThat(admin.get(path).status()).isEqualTo(404);
    }

    @Test
    void whatIsNotServedIsNotThere() throws Exception {
        Came snapshot = user.send("POST", "/api/vm/x/snapshot/y/image/z/", new JsonObject());
        assertThat(snapshot.status()).isEqualTo(404);
        assertThat(snapshot.json().fieldNames()).containsExactly("detail");
    }

    private JsonObject shown() {
        return new JsonObject()
                .put("name", image.name())
                .put("uuid", image.id())
                .put("alias", image.name())
                .put("version", "1.0")
                .put("owner", owner)
                .put("access", 3)
                .put("desc", "as it was")
                .put("ostype", 1)
                .put("size", 10240)
                .put("resize", false)
                .put("deploy", false)
                .put("tags", List.of())
                .put("status", 1)
                .put("created", "2013-09-05T10:11:12Z")
                .put("dc_bound", true);
    }

    /** The envelope of a success; the task's id is the answer's own. */
    private static JsonObject success(Came came, @Nullable Object result) {
        return new JsonObject()
                .put("status", "SUCCESS")
                .put("result", result)
                .put("task_id", came.json().getString("task_id"));
    }

    private String path() {
        return "/api/image/" + image.name() + "/";
    }

    private DialectClient of(String key) {
        return new DialectClient(router.uri(), Map.of("ES-API-KEY", key));
    }
}
