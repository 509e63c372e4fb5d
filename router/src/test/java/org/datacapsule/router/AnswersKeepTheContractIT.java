package org.datacapsule.router;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import io.vertx.core.json.JsonObject;
import io.vertx.core.json.pointer.JsonPointer;
import io.vertx.json.schema.Draft;
import io.vertx.json.schema.JsonSchema;
import io.vertx.json.schema.JsonSchemaOptions;
import io.vertx.json.schema.OutputFormat;
import io.vertx.json.schema.OutputUnit;
import io.vertx.json.schema.SchemaRepository;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.Map;
import org.datacapsule.common.wire.Capacity;
import org.datacapsule.common.wire.PortRange;
import org.datacapsule.router.http.TokenRole;
import org.datacapsule.router.testing.FakeAgent;
import org.datacapsule.router.testing.TestRouter;
import org.datacapsule.router.testing.TestRouter.Answer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** What the router answers is what openapi.yaml says it answers. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class AnswersKeepTheContractIT {
    private static final String DOCUMENT = "app://contract/";

    private JsonObject document;
    private SchemaRepository schemas;
    private TestRouter router;
    private FakeAgent agent;
    private String image;
    private String alice;
    private String operator;

    @BeforeAll
    void start(@TempDir Path directory) throws Exception {
        schemas = SchemaRepository.create(new JsonSchemaOptions()
                .setBaseUri("app://")
                .setDraft(Draft.DRAFT202012)
                .setOutputFormat(OutputFormat.Basic));
        document = document();
        schemas.dereference(DOCUMENT, JsonSchema.of(document));
        router = TestRouter.start(directory, Map.of());
        agent = router.agent("h1", new Capacity(64, 1 << 20, 100_000), new PortRange(20_000, 6_000, 500));
        image = router.registerImage();
        alice = router.token("alice");
        operator = router.token("operator", TokenRole.OPERATOR);
    }

    private static JsonObject document() throws Exception {
        try (InputStream file = AnswersKeepTheContractIT.class.getResourceAsStream("/openapi.yaml")) {
            return new JsonObject(new YAMLMapper().readTree(file).toString());
        }
    }

    @AfterAll
    void stop() throws Exception {
        agent.close();
        router.close();
    }

    @Test
    void ofACapsule() throws Exception {
        Answer created = create();
        assertKeeps("createvm", "post", created);
        String capsule = created.body().getString("vmid");
        String operation = created.body().getString("operation");

        assertKeeps("v1~1operations~1{id}", "get", router.get("/v1/operations/" + operation, alice));
        assertKeeps("show", "post", router.post("/show", alice, Map.of("vmid", capsule)));
        assertKeeps("listvms", "get", router.get("/listvms", operator));
        assertKeeps("deletevm", "post", router.post("/deletevm", alice, Map.of("vmid", capsule)));
    }

    @Test
    void ofReceipts() throws Exception {
        String capsule = create().body().getString("vmid");
        String state = "select state || ' ' || mode from capsule where id = '" + capsule + "'";
        router.awaitSql(state, "SHUTDOWN NOT_DEFINED");
        router.post("/launchvm", alice, Map.of("vmid", capsule));
        router.awaitSql(state, "RUNNING MAINTENANCE");
        Map<String, String> secure = Map.of("vmid", capsule, "mode", "secure");
        assertKeeps("switchvm", "post", router.post("/switchvm", alice, secure));
        router.awaitSql(state, "RUNNING SECURE");

        Answer receipts = router.get("/v1/capsules/" + capsule + "/receipts", alice);

        assertKeeps("v1~1capsules~1{id}~1receipts", "get", receipts);
        assertThat(receipts.body().getJsonArray("receipts")).hasSize(1);
    }

    @Test
    void ofAKey() throws Exception {
        String key = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIOMqqnkVzrm0SdG6UOoqKLsabgH5C9okWi0dh2l9GKJl";

        assertKeeps("updateuserkey", "post", router.post("/updateuserkey", alice, Map.of("pubkey", key)));
    }

    @Test
    void ofHosts() throws Exception {
        Answer hosts = router.get("/v1/hosts", operator);

        assertKeeps("v1~1hosts", "get", hosts);
        assertThat(hosts.body().getJsonArray("hosts")).hasSize(1);
    }

    @Test
    void ofImages() throws Exception {
        Map<String, String> form = Map.of("imageName", "another", "sha256", "a".repeat(64));

        assertKeeps("v1~1images", "post", router.post("/v1/images", operator, form));
        Answer list = router.get("/v1/images", alice);
        assertKeeps("v1~1images", "get", list);
        assertThat(list.body().getJsonArray("images")).isNotEmpty();
    }

    @Test
    void ofAQuota() throws Exception {
        assertKeeps("v1~1users~1{guid}~1quota", "get", router.get("/v1/users/alice/quota", operator));
    }

    private Answer create() throws Exception {
        return router.post(
                "/createvm",
                alice,
                Map.of(
                        "imageid", image,
                        "loginusername", "researcher",
                        "loginpassword", "correct-horse",
                        "vcpu", "1",
                        "memory", "256"));
    }

    private void assertKeeps(String path, String verb, Answer answer) {
        assertThat(answer.status()).as(answer.body().encode()).isEqualTo(200);
        String response = "/paths/~1" + path + "/" + verb + "/responses/200";
        String named = (String) JsonPointer.from(response + "/$ref").queryJson(document);
        String schema = DOCUMENT + (named == null ? "#" + response : named) + "/content/application~1json/schema";
        OutputUnit found = schemas.validator(JsonSchema.of(
                        new JsonObject().put("$ref", schema.replace("{", "%7B").replace("}", "%7D"))))
                .validate(answer.body());
        assertThat(found.getValid())
                .as(() -> answer.body().encodePrettily() + found.toJson().encodePrettily())
                .isTrue();
    }
}
