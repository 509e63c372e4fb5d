package org.datacapsule.router.imageapi;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import io.vertx.core.json.JsonObject;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import org.awaitility.Awaitility;
import org.datacapsule.router.http.TokenRole;
import org.datacapsule.router.testing.DialectClient;
import org.datacapsule.router.testing.DialectClient.Came;
import org.datacapsule.router.testing.DialectRouter;
import org.datacapsule.router.testing.ImageRows;
import org.datacapsule.router.testing.ImageRows.Sample;
import org.datacapsule.router.testing.ImageServer;
import org.datacapsule.router.testing.TestRouter;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** Operations of seed 002 with its examples, whole bodies compared. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ZstackIT {
    private static final String LOGIN = "/zstack/v1/accounts/login";

    private final List<String> told = new CopyOnWriteArrayList<>();
    private final Set<String> tried = ConcurrentHashMap.newKeySet();
    private HttpServer hooks;
    private String origin;
    private DialectRouter dialect;
    private TestRouter router;
    private ImageRows rows;
    private ImageServer source;
    private DialectClient user;
    private DialectClient operator;
    private String owner;
    private Sample image;
    private String uuid;
    private String storage;

    @BeforeAll
    void start(@TempDir Path directory) throws Exception {
        hooks = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 16);
        hooks.createContext("/", exchange -> {
            String path = exchange.getRequestURI().getPath();
            boolean isFirst = tried.add(path);
            told.add(path + " " + exchange.getRequestHeaders().getFirst("X-Job-UUID") + " "
                    + exchange.getRequestHeaders().getFirst("X-Job-Success") + " "
                    + new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8));
            exchange.sendResponseHeaders(path.equals("/second") && isFirst ? 500 : 204, -1);
            exchange.close();
        });
        hooks.start();
        origin = "http://127.0.0.1:" + hooks.getAddress().getPort();
        dialect = DialectRouter.start(
                directory,
                "zstack",
                Map.of("image-apis.vice.enabled", "true", "image-apis.zstack.web-hook-origins", origin));
        router = dialect.router();
        rows = dialect.rows();
        source = dialect.source();
        operator = of(router.token("operator", TokenRole.OPERATOR));
    }

    @AfterAll
    void stop() throws Exception {
        dialect.close();
        hooks.stop(0);
    }

    @BeforeEach
    void newOwner() throws Exception {
        owner = "owner-" + UUID.randomUUID();
        user = of(router.token(owner));
        image = rows.insert(Sample.of(owner, false, "ACTIVE").named("TinyLinux-" + owner));
        uuid = image.id().replace("-", "");
        storage = user.get("/zstack/v1/backup-storage")
                .json()
                .getJsonArray("inventories")
                .getJsonObject(0)
                .getString("uuid");
    }

    @Test
    void anImageIsAnInventoryWithItsStorage() throws Exception {
        JsonObject inventory = new JsonObject("""
                {"uuid": "%1$s", "name": "%2$s", "description": "as it was", "state": "Enabled", "status": "Ready",
                 "size": 1048576, "actualSize": 1048576, "md5Sum": null, "url": null, "mediaType": "RootVolumeTemplate",
                 "guestOsType": null, "type": "zstack", "platform": "Linux", "format": "qcow2", "system": false,
                 "createDate": "2011-01-01T01:02:03Z", "lastOpDate": "2011-01-01T01:02:03Z",
                 "backupStorageRefs": [{"id": 0, "imageUuid": "%1$s", "backupStorageUuid": "%3$s", "installPath": null,
                     "status": "Ready", "createDate": "2011-01-01T01:02:03Z", "lastOpDate": "2011-01-01T01:02:03Z"}]}
                """.formatted(uuid, image.name(), storage));

        Came came = user.get("/zstack/v1/images/" + uuid);

        assertThat(came.status()).isEqualTo(200);
        assertThat(came.json()).isEqualTo(new JsonObject().put("inventories", List.of(inventory)));
        assertThat(user.get("/zstack/v1/images").json()).isEqualTo(came.json());
        Came missing = user.get("/zstack/v1/images/" + "0".repeat(32));
        assertThat(missing.status()).isEqualTo(503);
        assertThat(missing.json().getJsonObject("error").getString("code")).isEqualTo("SYS.1003");
    }

    @Test
    void addingAnImageImportsItAndTheJobLastsAsLong() throws Exception {
        Came added = user.send("POST", "/zstack/v1/images", addition());
        assertThat(added.status()).as(added.text()).isEqualTo(202);
        Came ended = Awaitility.await()
                .atMost(Duration.ofSeconds(40))
                .pollInterval(Duration.ofMillis(30))
                .until(() -> user.get(local(added)), came -> came.status() != 202);

        assertThat(ended.status()).as(ended.text()).isEqualTo(200);
        JsonObject inventory = ended.json().getJsonObject("inventory");
        assertThat(inventory.getString("name")).isEqualTo("Tiny-" + owner);
        assertThat(inventory.getString("url")).isEqualTo(source.diskUrl());
        assertThat(inventory.getString("mediaType")).isEqualTo("RootVolumeTemplate");
        assertThat(inventory.getString("platform")).isEqualTo("Linux");
        assertThat(inventory.getString("format")).isEqualTo("qcow2");
        assertThat(inventory.getJsonArray("backupStorageRefs").getJsonObject(0).getString("backupStorageUuid"))
                .isEqualTo(storage);
        assertThat(names(q("name=Tiny-" + owner))).hasSize(1);
        assertThat(router.sql("select action || ' ' || outcome from audit where user_guid = '" + owner + "'"))
                .isEqualTo("zstack.addImage DONE");
        assertThat(code(user.send("POST", "/zstack/v1/images", addition()))).isEqualTo("SYS.1006");
    }

    @Test
    void anAdditionThatCannotBeIsToldByItsJob() throws Exception {
        Map<String, Object> wrong = Map.of(
                "mediaType", "ISO",
                "platform", "Windows",
                "format", "iso",
                "system", true,
                "backupStorageUuids", List.of("0".repeat(32)),
                "resourceUuid", uuid,
                "name", "",
                "url", "not a url");
        for (Map.Entry<String, Object> each : wrong.entrySet()) {
            JsonObject body = addition();
            body.getJsonObject("params").put(each.getKey(), each.getValue());
            assertThat(code(user.send("POST", "/zstack/v1/images", body)))
                    .as(each.getKey())
                    .isEqualTo("SYS.1007");
        }
        JsonObject elsewhere = addition();
        elsewhere.getJsonObject("params").put("url", "http://192.168.1.20/share/images/tinylinux.qcow2");
        assertThat(code(user.send("POST", "/zstack/v1/images", elsewhere))).startsWith("SYS.");
        assertThat(names("")).containsExactly(image.name());
    }

    @Test
    void queriesChooseOrderCountAndCut() throws Exception {
        Sample second = rows.insert(
                Sample.of(owner, false, "SHARE_PENDING").named("zz-" + owner).created("2020-01-01T00:00:00Z"));
        rows.insert(owner, false, "DELETED");

        assertThat(names("")).containsExactly(second.name(), image.name());
        assertThat(names("sort=%2Bname")).containsExactly(image.name(), second.name());
        assertThat(names("sort=-name&limit=1")).containsExactly(second.name());
        assertThat(names("sort=name&start=1")).containsExactly(second.name());
        assertThat(names(q("name=" + image.name()))).containsExactly(image.name());
        assertThat(names(q("name!=" + image.name()))).containsExactly(second.name());
        assertThat(names(q("name~=tinylinux%"))).containsExactly(image.name());
        assertThat(names(q("name!~=Tiny%"))).containsExactly(second.name());
        assertThat(names(q("status?=Ready,Deleted"))).containsExactly(image.name());
        assertThat(names(q("status!?=Ready,Deleted"))).containsExactly(second.name());
        assertThat(names(q("size>=1048576"))).hasSize(2);
        assertThat(names(q("size>1048576"))).isEmpty();
        assertThat(names(q("size<9"))).isEmpty();
        assertThat(names(q("url=null") + "&" + q("status=Ready"))).containsExactly(image.name());
        assertThat(names(q("url!=null"))).isEmpty();
        assertThat(user.get("/zstack/v1/images?count=true").json()).isEqualTo(new JsonObject().put("total", 2));
        assertThat(user.get("/zstack/v1/images?limit=1&replyWithCount=true&fields=name")
                        .json())
                .isEqualTo(new JsonObject()
                        .put("inventories", List.of(new JsonObject().put("name", second.name())))
                        .put("total", 2));
        for (String bad : List.of(q("colour=blue"), q("name"), "limit=-1", "sort=colour", "fields=colour")) {
            Came refused = user.get("/zstack/v1/images?" + bad);
            assertThat(refused.status()).as(bad).isEqualTo(503);
            assertThat(refused.json().getJsonObject("error").getString("code")).isEqualTo("SYS.1007");
        }
    }

    @Test
    void aPermissiveDeletionIsRecoveredAndAnExpungeEndsIt() throws Exception {
        Came deleted =
                user.delete("/zstack/v1/images/" + uuid + "?backupStorageUuids=" + storage + "&deleteMode=Permissive");
        assertThat(deleted.status()).isEqualTo(202);
        assertThat(deleted.json().fieldNames()).containsExactly("location");
        assertEmptySuccess(deleted);
        assertThat(rows.status(image.id())).isEqualTo("DELETE_PENDING");
        assertThat(user.get("/zstack/v1/images/" + uuid).json().encode()).contains("\"status\":\"Deleted\"");

        assertEmptySuccess(act(user, new JsonObject("{\"recoverImage\": {}, \"systemTags\": [], \"userTags\": []}")));
        assertThat(rows.status(image.id())).isEqualTo("ACTIVE");
        assertThat(code(act(user, new JsonObject("{\"recoverImage\": {}}")))).isEqualTo("SYS.1006");
        JsonObject expunge = new JsonObject("""
                {"expungeImage": {"backupStorageUuids": ["%s"]}, "systemTags": [], "userTags": []}
                """.formatted(storage));
        assertThat(code(act(operator, expunge))).isEqualTo("SYS.1006");

        assertEmptySuccess(user.send("DELETE", "/zstack/v1/images/" + uuid, new JsonObject("""
                {"params": {"backupStorageUuids": ["%s"], "deleteMode": "Permissive"}, "systemTags": [], "userTags": []}
                """.formatted(storage))));
        assertThat(code(act(user, expunge))).isEqualTo("ID.1002");
        assertEmptySuccess(act(operator, expunge), operator);
        assertThat(rows.status(image.id())).isEqualTo("DELETED");
        assertThat(user.get("/zstack/v1/images/" + uuid).status()).isEqualTo(503);
    }

    @Test
    void enforcingDeletesForGoodForThoseWhoMay() throws Exception {
        assertThat(code(user.delete("/zstack/v1/images/" + uuid + "?deleteMode=Enforcing")))
                .isEqualTo("ID.1002");
        assertThat(rows.status(image.id())).isEqualTo("ACTIVE");
        assertThat(code(user.delete("/zstack/v1/images/" + uuid + "?deleteMode=Never")))
                .isEqualTo("SYS.1007");
        assertThat(code(user.delete("/zstack/v1/images/" + uuid + "?backupStorageUuids=" + "0".repeat(32))))
                .isEqualTo("SYS.1007");

        assertEmptySuccess(operator.delete("/zstack/v1/images/" + uuid + "?deleteMode=Enforcing"), operator);
        assertThat(rows.status(image.id())).isEqualTo("DELETED");
        assertThat(router.sql(
                        "select count(*)::text from audit where action = 'zstack.deleteImage' and outcome = 'REFUSED'"
                                + " and user_guid = '" + owner + "'"))
                .isEqualTo("3");
    }

    @Test
    void aJobsIdIsTheClientsOnceAndItsEndIsForItsOwner() throws Exception {
        String job = "ab".repeat(16);
        Map<String, String> chosen = Map.of("X-Job-UUID", job);

        Came first = user.send("DELETE", "/zstack/v1/images/" + uuid, chosen, "");
        Came second = user.send("DELETE", "/zstack/v1/images/" + uuid, chosen, "");

        assertThat(first.json().getString("location")).endsWith("/zstack/v1/api-jobs/" + job);
        assertThat(second.status()).isEqualTo(400);
        assertEmptySuccess(first);
        assertThat(user.send("DELETE", "/zstack/v1/images/" + uuid, Map.of("X-Job-UUID", "mine"), "")
                        .status())
                .isEqualTo(400);
        assertThat(operator.get("/zstack/v1/api-jobs/" + job).status()).isEqualTo(404);
        assertThat(user.get("/zstack/v1/api-jobs/" + "cd".repeat(16)).status()).isEqualTo(404);
    }

    @Test
    void aSessionThatDoesNotHoldIsToldByTheJob() throws Exception {
        DialectClient stranger = of("no.such.session");

        Came none = user.with(Map.of()).get("/zstack/v1/images");
        Came read = stranger.get("/zstack/v1/images");
        Came changed = stranger.delete("/zstack/v1/images/" + uuid);

        assertThat(none.status()).isEqualTo(400);
        assertThat(none.header("Content-Type")).startsWith("text/plain");
        assertThat(read.status()).isEqualTo(503);
        assertThat(read.json().getJsonObject("error").getString("code")).isEqualTo("ID.1001");
        assertThat(changed.status()).isEqualTo(202);
        Came asked = stranger.get(local(changed));
        assertThat(asked.status()).isEqualTo(503);
        assertThat(asked.json().getJsonObject("error").getString("code")).isEqualTo("ID.1001");
        assertThat(rows.status(image.id())).isEqualTo("ACTIVE");
    }

    @Test
    void anImageThatWentWrongIsNotRecovered() throws Exception {
        String broken = rows.insert(owner, false, "ERROR");
        String path = "/zstack/v1/images/" + broken.replace("-", "");
        assertEmptySuccess(user.delete(path));

        assertThat(code(user.send("PUT", path + "/actions", new JsonObject("{\"recoverImage\": {}}"))))
                .isEqualTo("SYS.1006");
        assertThat(rows.status(broken)).isEqualTo("DELETE_PENDING");
    }

    @Test
    void thePasswordOfAnAccountGetsASession() throws Exception {
        String name = "acc-" + owner.substring(owner.length() - 8);
        String guid = dialect.account(name, "password");
        // As ZStack's own documentation has it, for the password "password".
        String digest =
                "b109f3bbbc244eb82441917ed06d618b9008dd09b3befd1b5e07394c706a8bb980b1d7785e5976ec049b46df5f1326af5a2ea6d103fd07c95385ffab0cacbc86";
        DialectClient anybody = dialect.client(Map.of());

        Came in = anybody.send("PUT", LOGIN, login(name, digest));
        JsonObject session = in.json().getJsonObject("inventory");
        Came out = anybody.send("PUT", LOGIN, login(name, "0".repeat(128)));

        assertThat(in.status()).as(in.text()).isEqualTo(200);
        assertThat(session.fieldNames()).containsExactly("uuid", "accountUuid", "userUuid", "expiredDate");
        assertThat(session.getString("accountUuid")).isEqualTo(guid);
        assertThat(of(session.getString("uuid")).get("/zstack/v1/images").status())
                .isEqualTo(200);
        assertThat(out.status()).isEqualTo(503);
        assertThat(out.json()).isEqualTo(new JsonObject("""
                        {"error": {"code": "ID.1000", "description": "Authentication failed",
                                   "details": "There is no account of this name with this password."}}
                        """));
        assertThat(anybody.send("PUT", LOGIN, login(name, "password"))
                        .json()
                        .getJsonObject("error")
                        .getString("code"))
                .isEqualTo("SYS.1007");
    }

    @Test
    void anAddedImageHasTheUuidItsClientChooses() throws Exception {
        String chosen = UUID.randomUUID().toString().replace("-", "");
        JsonObject addition = addition();
        addition.getJsonObject("params").put("resourceUuid", chosen);

        JsonObject inventory =
                ended(user.send("POST", "/zstack/v1/images", addition)).getJsonObject("inventory");
        assertThat(inventory.getString("uuid")).isEqualTo(chosen);
        assertThat(user.get("/zstack/v1/images/" + chosen).status()).isEqualTo(200);
        addition.getJsonObject("params").put("name", "another-" + owner);
        assertThat(code(user.send("POST", "/zstack/v1/images", addition))).isEqualTo("SYS.1007");
        addition.getJsonObject("params").put("resourceUuid", uuid);
        assertThat(code(user.send("POST", "/zstack/v1/images", addition)))
                .as("one that is there already")
                .isEqualTo("SYS.1007");
        addition.getJsonObject("params").put("resourceUuid", "mine");
        assertThat(code(user.send("POST", "/zstack/v1/images", addition))).isEqualTo("SYS.1007");
    }

    @Test
    void theEndOfAJobIsToldToItsWebHookUntilThatTakesIt() throws Exception {
        String job = "cd".repeat(16);
        Came deleted = user.send(
                "DELETE", "/zstack/v1/images/" + uuid, Map.of("X-Job-UUID", job, "X-Web-Hook", origin + "/second"), "");
        Came added = user.send(
                "POST",
                "/zstack/v1/images",
                Map.of("X-Web-Hook", origin + "/added", "Content-Type", "application/json"),
                addition().encode());

        assertThat(deleted.status()).isEqualTo(202);
        router.awaitSql("select count(*)::text from image_api_hook", "0");
        assertThat(told)
                .filteredOn(one -> one.startsWith("/second"))
                .containsExactly("/second " + job + " true {}", "/second " + job + " true {}");
        String end =
                told.stream().filter(one -> one.startsWith("/added")).toList().getFirst();
        assertThat(end).contains(" true {\"inventory\":{");
        assertThat(end).endsWith(user.get(local(added)).text());
    }

    @Test
    void aWebHookElsewhereIsRefusedBeforeAnythingIsDone() throws Exception {
        for (String elsewhere : List.of(
                "http://169.254.169.254/latest",
                "http://127.0.0.1:1/",
                origin.replace("http://", "http://a@"),
                "no url")) {
            Came refused = user.send("DELETE", "/zstack/v1/images/" + uuid, Map.of("X-Web-Hook", elsewhere), "");
            assertThat(refused.status()).as(elsewhere).isEqualTo(400);
            assertThat(refused.text()).contains("X-Web-Hook").doesNotContain(origin);
        }
        assertThat(dialect.rows().status(image.id())).isEqualTo("ACTIVE");
    }

    private static JsonObject login(String name, String digest) {
        return new JsonObject()
                .put("logInByAccount", new JsonObject().put("accountName", name).put("password", digest));
    }

    /** What the job ended with, once it has. */
    private JsonObject ended(Came begun) throws Exception {
        return Awaitility.await()
                .atMost(Duration.ofSeconds(40))
                .pollInterval(Duration.ofMillis(30))
                .until(() -> user.get(local(begun)), came -> came.status() == 200)
                .json();
    }

    /** The seed's example, with what there is here in the place of its addresses. */
    private JsonObject addition() {
        return new JsonObject("""
                {"params": {"name": "Tiny-%s", "url": "%s", "mediaType": "RootVolumeTemplate", "system": false,
                            "format": "qcow2", "platform": "Linux", "backupStorageUuids": ["%s"]},
                 "systemTags": [], "userTags": []}
                """.formatted(owner, source.diskUrl(), storage));
    }

    private Came act(DialectClient client, JsonObject body) throws Exception {
        return client.send("PUT", "/zstack/v1/images/" + uuid + "/actions", body);
    }

    private void assertEmptySuccess(Came came) throws Exception {
        assertEmptySuccess(came, user);
    }

    private void assertEmptySuccess(Came came, DialectClient client) throws Exception {
        assertThat(came.status()).as(came.text()).isEqualTo(202);
        Came ended = client.get(local(came));
        assertThat(ended.status()).as(ended.text()).isEqualTo(200);
        assertThat(ended.json()).isEqualTo(new JsonObject());
    }

    /** The code of the error that the job ended with. */
    private String code(Came came) throws Exception {
        assertThat(came.status()).as(came.text()).isEqualTo(202);
        for (DialectClient client : List.of(user, operator)) {
            Came ended = client.get(local(came));
            if (ended.status() != 404) {
                assertThat(ended.status()).isEqualTo(503);
                assertThat(ended.json().getJsonObject("error").fieldNames())
                        .containsExactly("code", "description", "details");
                return ended.json().getJsonObject("error").getString("code");
            }
        }
        throw new AssertionError("the job is nobody's: " + came.text());
    }

    private String local(Came came) {
        return came.json().getString("location").replace(router.uri().toString(), "");
    }

    private List<String> names(String query) throws Exception {
        Came came = user.get("/zstack/v1/images?" + query);
        assertThat(came.status()).as(came.text()).isEqualTo(200);
        return came.json().getJsonArray("inventories").stream()
                .map(each -> ((JsonObject) each).getString("name"))
                .toList();
    }

    private static String q(String condition) {
        return "q=" + URLEncoder.encode(condition, StandardCharsets.UTF_8);
    }

    private DialectClient of(String token) {
        return new DialectClient(router.uri(), Map.of("Authorization", "OAuth " + token));
    }
}
