package org.datacapsule.router.imageapi;

import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.json.JsonObject;
import java.net.URI;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.datacapsule.router.http.TokenRole;
import org.datacapsule.router.testing.DialectClient;
import org.datacapsule.router.testing.DialectClient.Came;
import org.datacapsule.router.testing.ImageRows;
import org.datacapsule.router.testing.ImageRows.Sample;
import org.datacapsule.router.testing.TestRouter;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** Every operation of seed 001 with its samples, and what real Nova does that the seed leaves out. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class NovaIT {
    private static final String SAMPLE = "70a599e0-31e7-49b7-b260-868f441e862b";
    private static final String LINKS = """
            [{"rel": "self", "href": "http://openstack.example.com/v2.1/images/70a599e0-31e7-49b7-b260-868f441e862b"},
             {"rel": "bookmark", "href": "http://openstack.example.com/images/70a599e0-31e7-49b7-b260-868f441e862b"},
             {"rel": "alternate", "type": "application/vnd.openstack.image",
              "href": "http://openstack.example.com/getimage?imageId=70a599e0-31e7-49b7-b260-868f441e862b"}]
            """;
    private static final String FULL = """
            {"OS-DCF:diskConfig": "AUTO", "OS-EXT-IMG-SIZE:size": 74185822, "created": "2011-01-01T01:02:03Z",
             "id": "70a599e0-31e7-49b7-b260-868f441e862b", "links": %s,
             "metadata": {"architecture": "x86_64", "auto_disk_config": "True", "kernel_id": "nokernel",
                          "ramdisk_id": "nokernel"},
             "minDisk": 0, "minRam": 0, "name": "fakeimage7", "progress": 100, "status": "ACTIVE",
             "updated": "2011-01-01T01:02:03Z"}
            """.formatted(LINKS);

    private TestRouter router;
    private ImageRows rows;
    private String owner;
    private DialectClient nova;
    private DialectClient other;

    @BeforeAll
    void start(@TempDir Path directory) throws Exception {
        router = TestRouter.start(
                directory,
                Map.of(
                        "image-apis.nova.enabled", "true",
                        "image-apis.vice.enabled", "true",
                        "http.public-url", "http://openstack.example.com/",
                        "audit.unknown-callers-every", "1s"));
        rows = new ImageRows(router);
    }

    @AfterAll
    void stop() throws Exception {
        router.close();
    }

    @BeforeEach
    void newPeople() throws Exception {
        owner = "owner-" + UUID.randomUUID();
        nova = of(router.token(owner));
        other = of(router.token("other-" + UUID.randomUUID()));
        router.change(
                true,
                List.of(
                        "delete from image_metadata where image_id = '" + SAMPLE + "'",
                        "delete from image where id = '" + SAMPLE + "'"));
        rows.insert(new Sample(SAMPLE, "fakeimage7", owner, false, "ACTIVE", 74_185_822, "2011-01-01T01:02:03Z"));
        router.change(false, List.of("""
                insert into image_metadata (image_id, key, value)
                values ('%1$s', 'architecture', 'x86_64'), ('%1$s', 'auto_disk_config', 'True'),
                       ('%1$s', 'kernel_id', 'nokernel'), ('%1$s', 'ramdisk_id', 'nokernel')
                """.formatted(SAMPLE)));
    }

    @Test
    void theListIsTheSeeds() throws Exception {
        Came came = nova.get("/v2.1/images");

        assertThat(came.status()).isEqualTo(200);
        assertThat(came.json()).isEqualTo(new JsonObject("""
                {"images": [{"id": "70a599e0-31e7-49b7-b260-868f441e862b", "name": "fakeimage7", "links": %s}]}
                """.formatted(LINKS)));
        assertThat(came.text()).containsSubsequence("self", "bookmark", "alternate");
    }

    @Test
    void theDetailedListAndOneImageAreTheSeeds() throws Exception {
        assertThat(nova.get("/v2.1/images/detail").json()).isEqualTo(new JsonObject("{\"images\": [" + FULL + "]}"));
        assertThat(nova.get("/v2.1/images/" + SAMPLE).json()).isEqualTo(new JsonObject("{\"image\": " + FULL + "}"));
        assertThat(nova.get("/v2/images/" + SAMPLE).text())
                .isEqualTo(nova.get("/v2.1/images/" + SAMPLE).text().replace("/v2.1/", "/v2/"));
    }

    @Test
    void metadataIsShownMergedReplacedAndRemovedAsTheSeedHasIt() throws Exception {
        String path = "/v2.1/images/" + SAMPLE + "/metadata";
        assertThat(nova.get(path).json()).isEqualTo(new JsonObject("""
                {"metadata": {"architecture": "x86_64", "auto_disk_config": "True", "kernel_id": "nokernel",
                              "ramdisk_id": "nokernel"}}
                """));

        JsonObject more = new JsonObject("{\"metadata\": {\"kernel_id\": \"False\", \"Label\": \"UpdatedImage\"}}");
        assertThat(nova.send("POST", path, more).json()).isEqualTo(new JsonObject("""
                {"metadata": {"Label": "UpdatedImage", "architecture": "x86_64", "auto_disk_config": "True",
                              "kernel_id": "False", "ramdisk_id": "nokernel"}}
                """));

        JsonObject instead = new JsonObject("{\"metadata\": {\"auto_disk_config\": \"True\", \"Label\": \"Changed\"}}");
        assertThat(nova.send("PUT", path, instead).json()).isEqualTo(instead);
        assertThat(nova.get(path).json()).isEqualTo(instead);

        JsonObject item = new JsonObject("{\"meta\": {\"auto_disk_config\": \"False\"}}");
        assertThat(nova.send("PUT", path + "/auto_disk_config", item).json()).isEqualTo(item);
        assertThat(nova.get(path + "/auto_disk_config").json()).isEqualTo(item);
        assertThat(nova.get("/v2.1/images/" + SAMPLE)
                        .json()
                        .getJsonObject("image")
                        .getString("OS-DCF:diskConfig"))
                .isEqualTo("MANUAL");

        Came removed = nova.delete(path + "/Label");
        assertThat(removed.status()).isEqualTo(204);
        assertThat(removed.text()).isEmpty();
        assertThat(nova.get(path).json().getJsonObject("metadata").fieldNames()).containsExactly("auto_disk_config");
        assertThat(nova.get(path + "/Label").json()).isEqualTo(fault("itemNotFound", 404, nova.get(path + "/Label")));
        assertThat(nova.delete(path + "/Label").status()).isEqualTo(404);
        assertThat(router.sql("select updated_at > created_at from image where id = '" + SAMPLE + "'"))
                .isEqualTo("t");
    }

    @Test
    void aDeletedImageIsGoneForItsReadersAndPendingForTheExpunge() throws Exception {
        Came deleted = nova.delete("/v2.1/images/" + SAMPLE);

        assertThat(deleted.status()).isEqualTo(204);
        assertThat(rows.status(SAMPLE)).isEqualTo("DELETE_PENDING");
        assertThat(nova.get("/v2.1/images/" + SAMPLE).status()).isEqualTo(404);
        assertThat(nova.delete("/v2.1/images/" + SAMPLE).status()).isEqualTo(404);
        assertThat(ids(nova, "")).isEmpty();
        assertThat(ids(nova, "?changes-since=2011-01-01T00:00:00Z")).containsExactly(SAMPLE);
        assertThat(router.sql(
                        "select outcome || ' ' || detail from audit where action = 'nova.deleteImage' and user_guid = '"
                                + owner + "' order by id limit 1"))
                .isEqualTo("DONE image " + SAMPLE + " DELETE_PENDING");
    }

    @Test
    void whoMayNotIsToldSoAndWhatIsNotTheirsIsNotThere() throws Exception {
        String open = rows.insert(owner, true, "ACTIVE");

        assertThat(other.get("/v2.1/images/" + SAMPLE).json())
                .isEqualTo(fault("itemNotFound", 404, other.get("/v2.1/images/" + SAMPLE)));
        Came refused = other.delete("/v2.1/images/" + open);
        assertThat(refused.status()).isEqualTo(403);
        assertThat(refused.json()).isEqualTo(fault("forbidden", 403, refused));
        assertThat(other.send("PUT", "/v2.1/images/" + open + "/metadata", new JsonObject("{\"metadata\": {}}"))
                        .status())
                .isEqualTo(403);
        assertThat(other.get("/v2.1/images/" + open).status()).isEqualTo(200);
        assertThat(of(router.token("operator", TokenRole.OPERATOR))
                        .get("/v2.1/images/" + SAMPLE)
                        .status())
                .isEqualTo(200);
        assertThat(router.sql("select count(*)::text from audit where action like 'nova.%' and outcome = 'REFUSED'"
                        + " and detail = 'image.permission-denied'"))
                .isNotEqualTo("0");
        assertThat(rows.status(open)).isEqualTo("ACTIVE");
        rows.router().change(true, List.of("delete from image where id = '" + open + "'"));
    }

    @Test
    void withoutATokenThereIsAChallengeAndAStrangerIsCounted() throws Exception {
        Came none = of("").with(Map.of()).get("/v2.1/images");
        Came bad = of("no.such.token").get("/v2.1/images");

        assertThat(none.status()).isEqualTo(401);
        assertThat(none.header("WWW-Authenticate")).isEqualTo("Keystone uri=\"http://openstack.example.com/v3\"");
        assertThat(none.json().fieldNames()).containsExactly("error");
        assertThat(none.json().getJsonObject("error").getInteger("code")).isEqualTo(401);
        assertThat(none.json().getJsonObject("error").getString("title")).isEqualTo("Unauthorized");
        assertThat(bad.status()).isEqualTo(401);
        router.awaitSql(
                "select (count(*) > 0)::text from audit where user_guid = 'system:unknown-caller'"
                        + " and detail like 'auth.token-invalid;%nova.listImages%'",
                "true");
    }

    @Test
    void filtersChooseAndUnknownOnesArePassedOver() throws Exception {
        String newer = rows.insert(Sample.of(owner, false, "SHARE_PENDING")
                        .named("newer-" + owner)
                        .created("2020-01-01T00:00:00Z"))
                .id();
        String capsule = UUID.randomUUID().toString();
        router.change(true, List.of("update image set source_capsule = '" + capsule + "' where id = '" + newer + "'"));

        assertThat(ids(nova, "")).containsExactly(newer, SAMPLE);
        assertThat(ids(nova, "?name=fakeimage7")).containsExactly(SAMPLE);
        assertThat(ids(nova, "?status=SAVING")).containsExactly(newer);
        assertThat(ids(nova, "?status=active")).containsExactly(SAMPLE);
        assertThat(ids(nova, "?changes-since=2015-06-01T00:00:00")).containsExactly(newer);
        assertThat(ids(nova, "?server=" + capsule)).containsExactly(newer);
        assertThat(ids(nova, "?server=http://openstack.example.com/v2.1/servers/" + capsule))
                .containsExactly(newer);
        assertThat(ids(nova, "?type=snapshot")).containsExactly(newer);
        assertThat(ids(nova, "?property-architecture=x86_64")).containsExactly(SAMPLE);
        assertThat(ids(nova, "?minRam=0&minDisk=0")).containsExactly(newer, SAMPLE);
        assertThat(ids(nova, "?minRam=64")).isEmpty();
        assertThat(ids(nova, "?colour=blue")).containsExactly(newer, SAMPLE);
        for (String bad :
                List.of("limit=-1", "limit=many", "marker=" + UUID.randomUUID(), "changes-since=then", "minRam=x")) {
            Came refused = nova.get("/v2.1/images?" + bad);
            assertThat(refused.json()).as(bad).isEqualTo(fault("badRequest", 400, refused));
        }
        JsonObject shown = nova.get("/v2.1/images/" + newer).json().getJsonObject("image");
        assertThat(shown.getJsonObject("metadata"))
                .isEqualTo(new JsonObject().put("instance_uuid", capsule).put("image_type", "snapshot"));
        assertThat(shown.getJsonObject("server")).isEqualTo(new JsonObject("""
                {"id": "%1$s", "links": [{"rel": "self", "href": "http://openstack.example.com/v2.1/servers/%1$s"},
                                         {"rel": "bookmark", "href": "http://openstack.example.com/servers/%1$s"}]}
                """.formatted(capsule)));
        assertThat(nova.delete("/v2.1/images/" + newer + "/metadata/instance_uuid")
                        .status())
                .isEqualTo(403);
        assertThat(nova.delete("/v2.1/images/" + newer).json())
                .isEqualTo(fault("conflictingRequest", 409, nova.delete("/v2.1/images/" + newer)));
    }

    @Test
    void pagesLeadThroughAllImagesOnce() throws Exception {
        for (int i = 1; i <= 4; i++) {
            rows.insert(Sample.of(owner, false, "ACTIVE").created("201" + (i + 1) + "-01-01T00:00:00Z"));
        }
        List<String> all = ids(nova, "?limit=0");
        assertThat(all).hasSize(5).endsWith(SAMPLE);

        List<String> paged = new ArrayList<>();
        String next = "/v2.1/images/detail?limit=2";
        while (!next.isEmpty()) {
            JsonObject page = nova.get(next).json();
            page.getJsonArray("images").forEach(image -> paged.add(((JsonObject) image).getString("id")));
            next = page.containsKey("images_links")
                    ? page.getJsonArray("images_links")
                            .getJsonObject(0)
                            .getString("href")
                            .replace("http://openstack.example.com", "")
                    : "";
        }

        assertThat(paged).isEqualTo(all);
        assertThat(nova.get("/v2.1/images?limit=5")
                        .json()
                        .getJsonArray("images_links")
                        .encode())
                .isEqualTo("[{\"rel\":\"next\",\"href\":\"http://openstack.example.com/v2.1/images?limit=5&marker="
                        + SAMPLE + "\"}]");
        assertThat(nova.get("/v2.1/images").json().fieldNames()).containsExactly("images");
    }

    @Test
    void badMetadataIsRefusedAndChangesNothing() throws Exception {
        String path = "/v2.1/images/" + SAMPLE + "/metadata";
        String before = nova.get(path).text();
        JsonObject many = new JsonObject()
                .put(
                        "metadata",
                        new JsonObject(
                                IntStream.range(0, 129).boxed().collect(Collectors.toMap(i -> "k" + i, i -> "v"))));

        Came tooMany = nova.send("PUT", path, many);
        assertThat(tooMany.json()).isEqualTo(fault("overLimit", 413, tooMany));
        for (String bad : List.of(
                "{\"metadata\": {\"a/b\": \"1\"}}",
                "{\"metadata\": {\"\": \"1\"}}",
                "{\"metadata\": {\"a\": 1}}",
                "{\"metadata\": {\"a\": null}}",
                "{\"metadata\": {\"a\": \"" + "x".repeat(256) + "\"}}",
                "{\"metadata\": {\"a\": \"\\u0000\"}}",
                "{\"metadata\": {\"a\": \"1\", \"a\": \"2\"}}",
                "{\"metadata\": [], \"more\": 1}",
                "{\"metadata\": {}} x",
                "[]",
                "{")) {
            Came refused = nova.send("POST", path, Map.of("Content-Type", "application/json"), bad);
            assertThat(refused.json()).as(bad).isEqualTo(fault("badRequest", 400, refused));
        }
        assertThat(nova.send("PUT", path + "/a", new JsonObject("{\"meta\": {\"b\": \"1\"}}"))
                        .status())
                .isEqualTo(400);
        Came xml = nova.send("PUT", path, Map.of("Content-Type", "application/xml"), "<metadata/>");
        assertThat(xml.json()).isEqualTo(fault("badMediaType", 415, xml));
        Came large = nova.send("PUT", path, Map.of("Content-Type", "application/json"), " ".repeat(300_000));
        assertThat(large.json()).isEqualTo(fault("overLimit", 413, large));
        assertThat(nova.get(path).text()).isEqualTo(before);
    }

    @Test
    void aRepeatedKeyIsOneChange() throws Exception {
        Map<String, String> headers = Map.of("Content-Type", "application/json", "Idempotency-Key", "k-" + owner);
        String path = "/v2.1/images/" + SAMPLE + "/metadata";
        Came first = nova.send("PUT", path, headers, "{\"metadata\": {\"a\": \"1\"}}");
        assertThat(nova.send("POST", path, new JsonObject("{\"metadata\": {\"b\": \"2\"}}"))
                        .status())
                .isEqualTo(200);

        assertThat(nova.send("PUT", path, headers, "{\"metadata\": {\"a\": \"1\"}}")
                        .text())
                .isEqualTo(first.text());
        assertThat(nova.get(path).json().getJsonObject("metadata").fieldNames()).containsExactlyInAnyOrder("a", "b");
        assertThat(nova.send("PUT", path, headers, "{\"metadata\": {\"c\": \"3\"}}")
                        .status())
                .isEqualTo(400);
    }

    @Test
    void versionsAreAnsweredAsNovaAnswersThem() throws Exception {
        Came plain = nova.get("/v2.1/images");
        assertThat(plain.header("OpenStack-API-Version")).isEqualTo("compute 2.1");
        assertThat(plain.header("X-OpenStack-Nova-API-Version")).isEqualTo("2.1");
        assertThat(plain.header("Vary")).isEqualTo("OpenStack-API-Version, X-OpenStack-Nova-API-Version");
        assertThat(plain.header("X-Openstack-Request-Id")).startsWith("req-");

        assertThat(asked("compute 2.35", "/images").header("OpenStack-API-Version"))
                .isEqualTo("compute 2.35");
        assertThat(asked("volume 3.1, compute latest", "/images").status()).isEqualTo(200);
        assertThat(asked("compute 2.36", "/images").status()).isEqualTo(404);
        assertThat(asked("compute 2.38", "/images/" + SAMPLE + "/metadata").status())
                .isEqualTo(200);
        assertThat(asked("compute 2.39", "/images/" + SAMPLE + "/metadata").status())
                .isEqualTo(404);
        assertThat(asked("compute two", "/images").status()).isEqualTo(400);

        DialectClient anybody = new DialectClient(router.uri(), Map.of());
        for (String path : List.of("/v2.1", "/v2.1/")) {
            assertThat(anybody.get(path).json().getJsonObject("version").getString("id"))
                    .isEqualTo("v2.1");
        }
        assertThat(anybody.get("/v2/").json().getJsonObject("version").getString("status"))
                .isEqualTo("SUPPORTED");
        assertThat(anybody.get("/v3").json().getJsonObject("version").getString("status"))
                .isEqualTo("stable");
        Came unknown = nova.get("/v2.1/flavors");
        assertThat(unknown.json()).isEqualTo(fault("itemNotFound", 404, unknown));
        Came verb = nova.send("PATCH", "/v2.1/images", new JsonObject());
        assertThat(verb.json()).isEqualTo(fault("badMethod", 405, verb));
        assertThat(verb.header("Allow")).isEqualTo("GET");
    }

    @Test
    void keystoneTakesATokenAndAnswersWithWhereToGo() throws Exception {
        String token = router.token(owner);
        DialectClient anybody = new DialectClient(router.uri(), Map.of());
        JsonObject byToken = new JsonObject(
                "{\"auth\": {\"identity\": {\"methods\": [\"token\"], \"token\": {\"id\": \"" + token + "\"}}}}");
        JsonObject byPassword = new JsonObject("{\"auth\": {\"identity\": {\"methods\": [\"password\"], \"password\": "
                + "{\"user\": {\"name\": \"x\", \"domain\": {\"id\": \"default\"}, \"password\": \"" + token
                + "\"}}}}}");

        Came came = anybody.send("POST", "/v3/auth/tokens", byToken);

        assertThat(came.status()).isEqualTo(201);
        assertThat(came.header("X-Subject-Token")).isEqualTo(token);
        JsonObject described = came.json().getJsonObject("token");
        assertThat(described.getJsonObject("user").getString("id")).isEqualTo(owner);
        assertThat(described.getJsonArray("catalog").getJsonObject(0).getString("type"))
                .isEqualTo("compute");
        assertThat(described.getJsonArray("catalog").encode()).contains("http://openstack.example.com/v2.1");
        assertThat(anybody.send("POST", "/v3/auth/tokens", byPassword).status()).isEqualTo(201);
        JsonObject ann = new JsonObject().put("username", "ann").put("password", "her password");
        assertThat(anybody.send("POST", "/vice/v1/user", ann).status()).isEqualTo(200);
        Came account = anybody.send(
                "POST",
                "/v3/auth/tokens",
                new JsonObject(byPassword.encode().replace("\"x\"", "\"ann\"").replace(token, "her password")));
        assertThat(account.status()).as(account.text()).isEqualTo(201);
        assertThat(of(account.header("X-Subject-Token")).get("/v2.1/images").status())
                .isEqualTo(200);
        Came refused = anybody.send(
                "POST", "/v3/auth/tokens", new JsonObject(byToken.encode().replace(token, "bad.token.here")));
        assertThat(refused.status()).isEqualTo(401);
        assertThat(refused.header("WWW-Authenticate")).startsWith("Keystone uri=");
        assertThat(anybody.send("POST", "/v3/auth/tokens", new JsonObject())
                        .json()
                        .getJsonObject("error")
                        .getInteger("code"))
                .isEqualTo(400);
        assertThat(anybody.get("/v3/users").json().getJsonObject("error").getInteger("code"))
                .isEqualTo(404);
    }

    @Test
    void aDialectThatIsNotSwitchedOnIsNotThere(@TempDir Path directory) throws Exception {
        try (TestRouter plain = TestRouter.start(directory, Map.of())) {
            DialectClient client = new DialectClient(plain.uri(), Map.of("X-Auth-Token", plain.token(owner)));

            Came came = client.get("/v2.1/images");

            assertThat(came.status()).isEqualTo(404);
            assertThat(came.json().getString("code")).isEqualTo("request.not-found");
        }
    }

    private Came asked(String version, String path) throws Exception {
        return nova.send("GET", "/v2.1" + path, Map.of("OpenStack-API-Version", version), "");
    }

    private DialectClient of(String token) {
        URI uri = router.uri();
        return new DialectClient(uri, Map.of("X-Auth-Token", token));
    }

    private List<String> ids(DialectClient client, String query) throws Exception {
        return client.get("/v2.1/images" + query).json().getJsonArray("images").stream()
                .map(image -> ((JsonObject) image).getString("id"))
                .toList();
    }

    /** A fault of that name; the message is the answer's own, and there must be one. */
    private static JsonObject fault(String name, int status, Came came) {
        assertThat(came.status()).isEqualTo(status);
        String message = came.json().getJsonObject(name).getString("message");
        assertThat(message).isNotBlank();
        return new JsonObject().put(name, new JsonObject().put("code", status).put("message", message));
    }
}
