package org.datacapsule.router.imageapi;

import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.awaitility.Awaitility;
import org.datacapsule.common.id.Sha256;
import org.datacapsule.common.secret.SecretBox;
import org.datacapsule.common.wire.Capacity;
import org.datacapsule.common.wire.ImageStock;
import org.datacapsule.common.wire.PortRange;
import org.datacapsule.router.http.TokenRole;
import org.datacapsule.router.testing.DialectClient;
import org.datacapsule.router.testing.DialectClient.Came;
import org.datacapsule.router.testing.DialectRouter;
import org.datacapsule.router.testing.FakeAgent;
import org.datacapsule.router.testing.ImageRows.Sample;
import org.datacapsule.router.testing.TestRouter;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** Every operation of seed 003 with its examples, whole bodies compared. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ViceIT {
    private static final Duration SOON = Duration.ofSeconds(40);
    /** More than any body that is read whole. */
    private static final int LARGE = 4 << 20;

    /** The seed's, which it has wherever an environment stands. */
    private static final String ENVIRONMENT = """
            {"credentials": {"password": "aeiou", "location": "aeiou", "username": "aeiou", "specifics": "{}"},
             "managementlayer": {"software": "aeiou", "type": "basic", "version": "aeiou"},
             "id": "aeiou", "title": "aeiou", "userid": "aeiou",
             "runtimetechnology": {"software": "aeiou", "type": "virtualmachine", "version": "aeiou"}}
            """;

    private DialectRouter dialect;
    private TestRouter router;
    private SecretBox box;
    private DialectClient anybody;
    private DialectClient user;
    private DialectClient other;
    private String owner;

    @BeforeAll
    void start(@TempDir Path directory) throws Exception {
        dialect = DialectRouter.start(directory, "vice", Map.of());
        router = dialect.router();
        box = SecretBox.fromKeyFile(directory.resolve("secrets.key"));
        anybody = dialect.client(Map.of());
    }

    @AfterAll
    void stop() throws Exception {
        dialect.close();
    }

    @BeforeEach
    void newUsers() {
        owner = "owner-" + UUID.randomUUID();
        user = of(owner);
        other = of("other-" + owner);
    }

    @Test
    void anImageIsMadeShownChangedAndDeleted() throws Exception {
        JsonObject example = imageExample();
        Came made = user.send("POST", "/vice/v1/images", example);
        String id = made.json().getString("id");
        JsonObject shown = example.copy().put("imported", false).put("id", id).put("userid", owner);
        shown.getJsonObject("originEnvironment").remove("credentials");

        assertThat(made.status()).as(made.text()).isEqualTo(201);
        assertThat(made.json()).isEqualTo(shown);
        assertThat(user.get("/vice/v1/image/" + id).json()).isEqualTo(shown);
        assertThat(user.get("/vice/v1/images").array()).isEqualTo(new JsonArray().add(shown));

        JsonObject change =
                shown.copy().put("environmentReference", "img-7").put("specifics", new JsonObject().put("a", 1));
        Came changed = user.send("PUT", "/vice/v1/images", change);
        assertThat(changed.status()).as(changed.text()).isEqualTo(201);
        assertThat(changed.json()).isEqualTo(change);
        assertThat(user.get("/vice/v1/image/" + id).json()).isEqualTo(change);

        Came deleted = user.delete("/vice/v1/image/" + id);
        assertThat(deleted.status()).isEqualTo(200);
        assertThat(deleted.text()).isEmpty();
        assertThat(user.get("/vice/v1/image/" + id).status()).isEqualTo(404);
        assertThat(user.delete("/vice/v1/image/" + id).status()).isEqualTo(404);
        assertThat(user.get("/vice/v1/images").array()).isEmpty();
        assertThat(router.sql("select count(*)::text from image where owner = '" + owner + "'"))
                .isEqualTo("0");
    }

    @Test
    void imagesOfOtherApisAreShownAndTheirNamesAreTheirTitles() throws Exception {
        Sample own = dialect.rows().insert(Sample.of(owner, false, "ACTIVE"));
        Sample open = dialect.rows().insert(Sample.of("somebody", true, "ACTIVE"));
        JsonObject shown = new JsonObject("""
                {"imagetype": "implicit", "imported": true, "id": "%s", "title": "%s", "userid": "%s",
                 "contenttype": "disk-qcow2"}
                """.formatted(own.id(), own.name(), owner));

        assertThat(user.get("/vice/v1/images").array()).isEqualTo(new JsonArray().add(shown));
        assertThat(user.get("/vice/v1/image/" + open.id()).json().getString("userid"))
                .isEqualTo("somebody");
        Came renamed = user.send("PUT", "/vice/v1/images", shown.copy().put("title", "new-" + owner));
        assertThat(renamed.json()).isEqualTo(shown.copy().put("title", "new-" + owner));
        assertThat(user.delete("/vice/v1/image/" + own.id()).status()).isEqualTo(200);
        assertThat(dialect.rows().status(own.id())).isEqualTo("DELETE_PENDING");
        assertThat(user.get("/vice/v1/image/" + own.id()).status()).isEqualTo(404);
        assertThat(router.sql(
                        "select detail from audit where action = 'vice.deleteImage' and user_guid = '" + owner + "'"))
                .isEqualTo("image " + own.id() + " DELETE_PENDING");
    }

    @Test
    void whatIsNotTheCallersIs401WhatIsNotThereIs404AndWhatIsWrongIs405() throws Exception {
        Sample hidden = dialect.rows().insert(Sample.of(owner, false, "ACTIVE"));
        String path = "/vice/v1/image/" + hidden.id();
        JsonObject named = new JsonObject().put("id", hidden.id()).put("title", "x");

        assertThat(other.get(path).status()).isEqualTo(401);
        assertThat(other.get(path).header("WWW-Authenticate")).startsWith("Basic realm=");
        assertThat(other.get(path + "/file").status()).isEqualTo(401);
        assertThat(other.delete(path).status()).isEqualTo(401);
        assertThat(other.send("PUT", "/vice/v1/images", named).status()).isEqualTo(401);
        assertThat(other.post(path + "/file", "upfile", new byte[] {1}).status())
                .isEqualTo(401);
        for (String nothing : List.of("aeiou", UUID.randomUUID().toString())) {
            assertThat(user.get("/vice/v1/image/" + nothing).status()).isEqualTo(404);
            assertThat(user.delete("/vice/v1/image/" + nothing).status()).isEqualTo(404);
            assertThat(user.get("/vice/v1/image/" + nothing + "/file").status()).isEqualTo(404);
            assertThat(user.send("PUT", "/vice/v1/images", named.copy().put("id", nothing))
                            .status())
                    .isEqualTo(404);
        }
        assertInvalid("POST", "/vice/v1/images", imageExample().put("imagetype", "explicit"), "imagetype");
        assertInvalid("POST", "/vice/v1/images", imageExample().put("imagetype", "declarative"), "nothing builds");
        assertInvalid("POST", "/vice/v1/images", imageExample().put("contenttype", "disk-iso"), "contenttype");
        assertInvalid("POST", "/vice/v1/images", imageExample().put("contenttype", "docker-image"), "are disks");
        assertInvalid("POST", "/vice/v1/images", imageExample().put("title", 7), "title");
        assertInvalid("POST", "/vice/v1/images", imageExample().put("title", hidden.name()), "choose another name");
        assertInvalid("PUT", "/vice/v1/images", new JsonObject(), "id: is required");
        assertInvalid("PUT", "/vice/v1/images", named.copy().put("contenttype", "disk-raw"), "does not change");
        assertThat(user.send("POST", "/vice/v1/images", Map.of("Content-Type", "application/json"), "[1")
                        .status())
                .isEqualTo(405);
        Came unknown = user.get("/vice/v1/servers");
        assertThat(unknown.status()).isEqualTo(404);
        assertThat(unknown.json())
                .isEqualTo(new JsonObject().put("code", 404).put("message", "There is no such path in this API."));
        assertThat(dialect.rows().status(hidden.id())).isEqualTo("ACTIVE");
    }

    @Test
    void aFileGoesUpAsAFormAndComesDownAsADisk(@TempDir Path directory) throws Exception {
        String id = made("disk-raw");
        byte[] disk = new byte[LARGE];
        Arrays.fill(disk, 1 << 20, 2 << 20, (byte) 7);

        Came sent = user.post("/vice/v1/image/" + id + "/file", "upfile", disk);
        assertThat(sent.status()).as(sent.text()).isEqualTo(200);
        assertThat(sent.text()).isEmpty();
        JsonObject image = imported(id);
        assertThat(image.getString("contenttype")).isEqualTo("disk-qcow2");

        HttpResponse<byte[]> whole = user.download("/vice/v1/image/" + id + "/file", Map.of());
        assertThat(whole.statusCode()).isEqualTo(200);
        assertThat(whole.headers().firstValue("Content-Type")).contains("application/octet-stream");
        HttpResponse<byte[]> part = user.download("/vice/v1/image/" + id + "/file", Map.of("Range", "bytes=0-3"));
        assertThat(part.statusCode()).isEqualTo(206);
        assertThat(part.body()).containsExactly('Q', 'F', 'I', 0xfb);
        Path qcow2 = Files.write(directory.resolve("got.qcow2"), whole.body());
        Path raw = directory.resolve("got.raw");
        assertThat(new ProcessBuilder("qemu-img", "convert", "-O", "raw", qcow2.toString(), raw.toString())
                        .start()
                        .waitFor())
                .isZero();
        assertThat(raw).hasBinaryContent(disk);
        assertThat(user.post("/vice/v1/image/" + id + "/file", "upfile", disk).status())
                .isEqualTo(400);
        assertThat(router.sql("select outcome from audit where action = 'vice.downloadImage' and user_guid = '" + owner
                        + "' limit 1"))
                .isEqualTo("READ");
    }

    @Test
    void aFileThatIsNoneIsRefusedAtOnceOrWithAReasonLater() throws Exception {
        String id = made("disk-qcow2");
        String path = "/vice/v1/image/" + id + "/file";

        Came noForm = user.send("POST", path, Map.of("Content-Type", "application/octet-stream"), "QFI");
        Came otherPart = user.post(path, "file", new byte[] {1});
        Came cut = user.send(
                "POST",
                path,
                Map.of("Content-Type", "multipart/form-data; boundary=b"),
                "--b\r\nContent-Disposition: form-data; name=\"upfile\"; filename=\"f\"\r\n\r\nQFI");
        assertThat(List.of(noForm.status(), otherPart.status(), cut.status())).containsOnly(400);
        assertThat(otherPart.json().getString("message")).contains("upfile");
        assertThat(user.get(path).status()).as("there is none yet").isEqualTo(404);

        assertThat(user.post(path, "upfile", "no disk at all".getBytes(StandardCharsets.UTF_8))
                        .status())
                .isEqualTo(200);
        Came gone = Awaitility.await()
                .atMost(SOON)
                .pollInterval(Duration.ofMillis(30))
                .until(() -> user.get("/vice/v1/image/" + id), came -> came.status() != 200);
        assertThat(gone.status()).isEqualTo(404);
        assertThat(gone.json().getString("message")).startsWith("There is no image " + id + " any more: ");
    }

    @Test
    void environmentsAreKeptForTheirOwnerAndTheirCredentialsSealed() throws Exception {
        JsonObject example = new JsonObject(ENVIRONMENT);
        Came made = user.send("POST", "/vice/v1/environments", example);
        String id = made.json().getString("id");
        JsonObject shown = example.copy().put("id", id).put("userid", owner);
        shown.remove("credentials");

        assertThat(made.status()).as(made.text()).isEqualTo(201);
        assertThat(made.json()).isEqualTo(shown);
        assertThat(user.get("/vice/v1/environment/" + id).json()).isEqualTo(shown);
        assertThat(user.get("/vice/v1/environments").array())
                .isEqualTo(new JsonArray().add(ours()).add(shown));
        assertThat(credentials(id)).isEqualTo(new JsonObject("""
                        {"password": "aeiou", "location": "aeiou", "username": "aeiou", "specifics": "\\"{}\\""}
                        """));

        JsonObject change = shown.copy().put("title", "changed");
        Came changed = user.send("PUT", "/vice/v1/environments", change);
        assertThat(changed.status()).isEqualTo(201);
        assertThat(changed.json()).isEqualTo(change);
        assertThat(user.get("/vice/v1/environment/" + id).json()).isEqualTo(change);
        assertThat(credentials(id).getString("password")).isEqualTo("aeiou");
        JsonObject again = change.copy().put("credentials", new JsonObject().put("password", "new"));
        assertThat(user.send("PUT", "/vice/v1/environments", again).json()).isEqualTo(change);
        assertThat(credentials(id)).isEqualTo(new JsonObject().put("password", "new"));

        assertThat(other.get("/vice/v1/environment/" + id).status()).isEqualTo(401);
        assertThat(other.send("PUT", "/vice/v1/environments", change).status()).isEqualTo(401);
        assertThat(other.delete("/vice/v1/environment/" + id).status()).isEqualTo(401);
        assertThat(other.get("/vice/v1/environments").array()).isEqualTo(new JsonArray().add(ours()));
        Came deleted = user.delete("/vice/v1/environment/" + id);
        assertThat(deleted.status()).isEqualTo(200);
        assertThat(deleted.text()).isEmpty();
        assertThat(user.get("/vice/v1/environment/" + id).status()).isEqualTo(404);
    }

    @Test
    void environmentsAreFilteredAndThisClusterIsNobodysToChange() throws Exception {
        JsonObject bare = user.send(
                        "POST",
                        "/vice/v1/environments",
                        new JsonObject()
                                .put(
                                        "runtimetechnology",
                                        new JsonObject()
                                                .put("type", "container")
                                                .put("software", "Docker")))
                .json();
        String ours = ours().getString("id");

        assertThat(user.get("/vice/v1/environments?filterRuntimetechnology=docker")
                        .array())
                .isEqualTo(new JsonArray().add(bare));
        assertThat(user.get("/vice/v1/environments?filterRuntimetechnology=virtualmachine")
                        .array())
                .isEqualTo(new JsonArray().add(ours()));
        assertThat(user.get(
                                "/vice/v1/environments?filterManagementlayer=cloudcomputing&filterRuntimetechnology=container")
                        .array())
                .isEmpty();
        assertThat(user.get("/vice/v1/environment/" + ours).json()).isEqualTo(ours());
        assertThat(user.delete("/vice/v1/environment/" + ours).status()).isEqualTo(401);
        assertThat(user.send("PUT", "/vice/v1/environments", ours()).status()).isEqualTo(401);
        assertThat(user.send("PUT", "/vice/v1/environments", bare.copy().put("id", "aeiou"))
                        .status())
                .isEqualTo(404);
        JsonObject wrong = new JsonObject(ENVIRONMENT);
        wrong.getJsonObject("managementlayer").put("type", "mainframe");
        assertInvalid("POST", "/vice/v1/environments", wrong, "managementlayer.type: must be one of basic, ");
        assertInvalid("PUT", "/vice/v1/environments", wrong.copy().put("id", bare.getString("id")), "managementlayer");
        assertInvalid("POST", "/vice/v1/environments", new JsonObject().put("credentials", "x"), "credentials");
    }

    @Test
    void deployedToThisClusterAnImageIsActiveAndHostsFetchIt() throws Exception {
        try (FakeAgent agent = router.agent(
                "host-" + owner.substring(0, 12),
                new Capacity(6400, 1 << 24, 1_000_000),
                new PortRange(20_000, 6_000, 500))) {
            agent.stock(new ImageStock("/images", Optional.empty(), List.of(), List.of()));
            agent.beat();
            String id = made("disk-qcow2");
            JsonObject asked = new JsonObject("""
                    {"imageid": "%s", "environmentId": "%s", "id": "aeiou", "title": "aeiou", "userid": "aeiou",
                     "environmentReference": "aeiou"}
                    """.formatted(id, ours().getString("id")));
            assertInvalid("POST", "/vice/v1/deploy", asked, "no content yet");
            assertThat(user.post(
                                    "/vice/v1/image/" + id + "/file",
                                    "upfile",
                                    dialect.source().disk())
                            .status())
                    .isEqualTo(200);
            imported(id);
            assertThat(dialect.rows().status(id)).as("the host has it not").isEqualTo("SHARE_PENDING");

            Came deployed = user.send("POST", "/vice/v1/deploy", asked);
            String deployment = deployed.json().getString("id");
            JsonObject shown = asked.copy().put("id", deployment).put("userid", owner);
            assertThat(deployed.status()).as(deployed.text()).isEqualTo(201);
            assertThat(deployed.json()).isEqualTo(shown);
            assertThat(dialect.rows().status(id)).isEqualTo("ACTIVE");
            agent.beat();
            assertThat(agent.imageOrders().fetch())
                    .contains(new Sha256(router.sql("select sha256 from image where id = '" + id + "'")));

            assertThat(user.get("/vice/v1/deployments").array()).isEqualTo(new JsonArray().add(shown));
            assertThat(user.get("/vice/v1/deployment/" + deployment).json()).isEqualTo(shown);
            assertThat(other.get("/vice/v1/deployments").array()).isEmpty();
            assertThat(other.get("/vice/v1/deployment/" + deployment).status()).isEqualTo(401);
            assertThat(other.delete("/vice/v1/deployment/" + deployment).status())
                    .isEqualTo(401);
            assertThat(user.delete("/vice/v1/deployment/" + deployment).text()).isEmpty();
            assertThat(user.get("/vice/v1/deployment/" + deployment).status()).isEqualTo(404);
            assertThat(user.delete("/vice/v1/deployment/" + deployment).status())
                    .isEqualTo(404);
            assertThat(dialect.rows().status(id)).isEqualTo("ACTIVE");

            JsonObject again = user.send("POST", "/vice/v1/deploy", asked).json();
            assertThat(user.delete("/vice/v1/image/" + id).status()).isEqualTo(200);
            assertThat(user.get("/vice/v1/deployment/" + again.getString("id")).status())
                    .as("it goes with its image")
                    .isEqualTo(404);
            agent.fallSilent();
        }
    }

    @Test
    void anotherEnvironmentCannotBeDeployedTo() throws Exception {
        Sample image = dialect.rows().insert(Sample.of(owner, false, "ACTIVE"));
        String foreign = user.send("POST", "/vice/v1/environments", new JsonObject(ENVIRONMENT))
                .json()
                .getString("id");
        JsonObject asked = new JsonObject().put("imageid", image.id()).put("environmentId", foreign);

        assertInvalid(
                "POST",
                "/vice/v1/deploy",
                asked,
                "images are deployed to this cluster only, which is environment " + ours().getString("id"));
        assertInvalid("POST", "/vice/v1/deploy", asked.copy().put("environmentId", "aeiou"), "nothing of this id");
        JsonObject here = asked.copy().put("environmentId", ours().getString("id"));
        assertInvalid("POST", "/vice/v1/deploy", here.copy().put("imageid", "aeiou"), "nothing of this id");
        assertThat(other.send("POST", "/vice/v1/deploy", here).status()).isEqualTo(401);
        assertThat(other.send("POST", "/vice/v1/deploy", asked).status()).isEqualTo(401);
        assertThat(user.get("/vice/v1/deployments").array()).isEmpty();
    }

    @Test
    void peopleMakeThemselvesAccountsAndNoPasswordIsToldOrKept() throws Exception {
        String name = "ann-" + UUID.randomUUID().toString().substring(0, 8);
        JsonObject example = new JsonObject("""
                {"password": "aeiou", "id": "aeiou", "fullname": "aeiou", "email": "aeiou", "username": "%s"}
                """.formatted(name));
        Came made = anybody.send("POST", "/vice/v1/user", example);
        JsonObject shown = example.copy().put("id", made.json().getString("id"));
        shown.remove("password");
        DialectClient ann = basic(name, "aeiou");

        assertThat(made.status()).as(made.text()).isEqualTo(200);
        assertThat(made.json()).isEqualTo(shown);
        assertThat(ann.get("/vice/v1/user").json()).isEqualTo(shown);
        assertThat(ann.send("POST", "/vice/v1/images", new JsonObject().put("title", "of-" + name))
                        .json()
                        .getString("userid"))
                .isEqualTo(shown.getString("id"));
        assertThat(anybody.send("POST", "/vice/v1/user", example.copy().put("username", name.toUpperCase(Locale.ROOT)))
                        .status())
                .isEqualTo(405);
        assertThat(anybody.send("POST", "/vice/v1/user", example.copy().put("username", "a:b"))
                        .status())
                .isEqualTo(405);
        assertThat(router.sql("select row_to_json(account)::text from account where user_name = '" + name + "'"))
                .doesNotContain("\"password")
                .doesNotContain(HexFormat.of()
                        .formatHex(
                                MessageDigest.getInstance("SHA-512").digest("aeiou".getBytes(StandardCharsets.UTF_8))));

        for (DialectClient stranger : List.of(
                basic(name, "AEIOU"),
                basic("nobody", "aeiou"),
                basic("admin", "admin"),
                anybody,
                anybody.with(Map.of("Authorization", "Basic Og==")),
                basic("ann", "a.b.c"))) {
            Came refused = stranger.get("/vice/v1/user");
            assertThat(refused.status()).as(refused.text()).isEqualTo(401);
            assertThat(refused.header("WWW-Authenticate")).isEqualTo("Basic realm=\"datacapsule\", charset=\"UTF-8\"");
        }
    }

    @Test
    void aTokenIsThePasswordAndItsOwnerTheUser() throws Exception {
        assertThat(user.get("/vice/v1/user").json())
                .isEqualTo(
                        new JsonObject().put("id", owner).put("username", owner).put("email", owner + "@example.org"));
        Sample image = dialect.rows().insert(Sample.of(owner, false, "ACTIVE"));
        assertThat(of("op", TokenRole.OPERATOR)
                        .get("/vice/v1/image/" + image.id())
                        .status())
                .isEqualTo(200);
    }

    @Test
    void statisticsCountWhatWaits() throws Exception {
        router.change(true, List.of("delete from image_intake", "delete from image_fetch"));
        router.change(
                true,
                List.of(
                        intake("RECEIVING", "'https://example.org/a'"),
                        intake("RECEIVING", "'https://example.org/b'"),
                        intake("RECEIVING", "null"),
                        intake("CHECKING", "null"),
                        "insert into image_fetch values ('h1', '00', 1, 2, null), ('h1', '01', 1, 2, 'lost'), ('h2', '00', 1, 2, null)"));
        try {
            assertThat(user.get("/vice/v1/runtimestats").json()).isEqualTo(new JsonObject("""
                            {"importsPending": 2, "exportWorker": 8, "importWorker": 2, "storePending": 1,
                             "exportsPending": 2, "storeWorker": 1}
                            """));
        } finally {
            router.change(true, List.of("delete from image_intake", "delete from image_fetch"));
        }
    }

    /** One that nobody works on. */
    private static String intake(String state, String source) {
        return """
                insert into image_intake (id, name, owner, source, state, expires_at, next_at)
                values ('%s', 'n', 'o', %s, '%s', now() + interval '1 day', now() + interval '1 hour')
                """.formatted(UUID.randomUUID(), source, state);
    }

    private JsonObject imageExample() {
        return new JsonObject("""
                {"imagetype": "implicit", "imported": true, "originEnvironment": %s, "id": "aeiou", "title": "%s",
                 "userid": "aeiou", "contenttype": "disk-raw", "environmentReference": "aeiou", "specifics": "{}"}
                """.formatted(ENVIRONMENT, "aeiou-" + UUID.randomUUID()));
    }

    private String made(String contentType) throws Exception {
        Came made = user.send("POST", "/vice/v1/images", imageExample().put("contenttype", contentType));
        assertThat(made.status()).as(made.text()).isEqualTo(201);
        return made.json().getString("id");
    }

    private JsonObject imported(String id) {
        return Awaitility.await()
                .atMost(SOON)
                .pollInterval(Duration.ofMillis(30))
                .until(() -> user.get("/vice/v1/image/" + id).json(), image -> image.getBoolean("imported", true));
    }

    private void assertInvalid(String method, String path, JsonObject body, String why) throws Exception {
        Came refused = user.send(method, path, body);
        assertThat(refused.status()).as(refused.text()).isEqualTo(405);
        assertThat(refused.json().getInteger("code")).isEqualTo(405);
        assertThat(refused.json().getString("message")).contains(why);
    }

    private JsonObject ours() {
        return new JsonObject("""
                {"managementlayer": {"software": "datacapsule", "type": "cloudcomputing"},
                 "id": "%s", "title": "datacapsule", "userid": "datacapsule",
                 "runtimetechnology": {"software": "QEMU/KVM", "type": "virtualmachine"}}
                """.formatted(
                        UUID.nameUUIDFromBytes("datacapsule execution environment".getBytes(StandardCharsets.UTF_8))));
    }

    /** What the row has, which nobody is ever given. */
    private JsonObject credentials(String environment) throws Exception {
        String sealed =
                router.sql("select encode(credentials, 'hex') from vice_environment where id = '" + environment + "'");
        return new JsonObject(
                box.open(HexFormat.of().parseHex(sealed), "vice-environment/" + environment + "/credentials"));
    }

    private DialectClient of(String guid, TokenRole... roles) {
        return basic("whoever", router.token(guid, roles));
    }

    private DialectClient basic(String name, String password) {
        return anybody.with(Map.of(
                "Authorization",
                "Basic "
                        + Base64.getEncoder()
                                .encodeToString((name + ":" + password).getBytes(StandardCharsets.UTF_8))));
    }
}
