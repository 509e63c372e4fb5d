package org.datacapsule.router.capsule;

import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicReference;
import org.datacapsule.common.id.CapsuleId;
import org.datacapsule.common.secret.SecretBox;
import org.datacapsule.router.testing.CapsuleRows;
import org.datacapsule.router.testing.CapsuleRows.Row;
import org.datacapsule.router.testing.CountingProxy;
import org.datacapsule.router.testing.TestRouter;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** /show: one statement however many capsules, and nothing of a capsule to those who may not query it. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ShowIT {
    private static final Logger LOG = LoggerFactory.getLogger(ShowIT.class);
    private static final int MANY = 500;
    /** What a caller without access may be told; all else is empty, -1, null or NOT_DEFINED. */
    private static final Set<String> OPEN = Set.of(
            "vmid", "roles", "full_access", "created_at", "role", "user_full_access", "vm_tou", "tou", "pubKeyExists");

    private final AtomicReference<CountingProxy> proxy = new AtomicReference<>();
    private TestRouter router;
    private CapsuleRows rows;
    private LoginSecret secrets;

    @BeforeAll
    void start(@TempDir Path directory) throws Exception {
        router = TestRouter.start(directory, Map.of(), port -> {
            proxy.set(new CountingProxy(port));
            return proxy.get().port();
        });
        rows = new CapsuleRows(router);
        secrets = new LoginSecret(SecretBox.fromKeyFile(directory.resolve("secrets.key")));
    }

    @AfterAll
    void stop() throws Exception {
        router.close();
        proxy.get().close();
    }

    @Test
    void fiveHundredCapsulesAreOneStatement() throws Exception {
        for (int i = 0; i < MANY; i++) {
            insert("many", "RESEARCH", "null", Row.of("OWNER-CONTROLLER"));
        }
        String token = router.token("many");
        long[] nanos = new long[30];
        for (int i = 0; i < nanos.length; i++) {
            long before = statementsOfCallers();
            long begin = System.nanoTime();
            JsonObject body = router.post("/show", token, Map.of()).body();
            nanos[i] = System.nanoTime() - begin;
            assertThat(statementsOfCallers() - before).isEqualTo(1);
            assertThat(body.getJsonArray("status")).hasSize(MANY);
        }
        Arrays.sort(nanos);
        LOG.atInfo()
                .addKeyValue("median", Duration.ofNanos(nanos[nanos.length / 2]))
                .addKeyValue("fastest", Duration.ofNanos(nanos[0]))
                .log("/show of 500 capsules");
    }

    /** Whatever a call asks about its caller's capsules names their table; the router's own loops do not. */
    private long statementsOfCallers() {
        return proxy.get().statementsWith("member");
    }

    @ParameterizedTest
    @CsvSource({
        "RESEARCH, null, false, null",
        "RESEARCH, false, false, false",
        "RESEARCH-FULL, true, true, false",
        "RESEARCH-FULL, true, false, true"
    })
    void withoutAccessNothingIsTold(String type, String fullAccess, boolean tou, String mine) throws Exception {
        String id = insert("sam", type, fullAccess, new Row("SHAREE", tou, mine));

        JsonObject shown = show("sam", id);

        assertThat(shown.getString("vmid")).isEqualTo(id);
        assertThat(shown.getJsonArray("roles")).hasSize(1);
        assertThat(shown.getString("mode")).isEqualTo("NOT_DEFINED");
        assertThat(shown.getString("state")).isEqualTo("NOT_DEFINED");
        for (String field : shown.fieldNames()) {
            if (!OPEN.contains(field) && !field.equals("mode") && !field.equals("state")) {
                assertThat(shown.getValue(field)).as(field).isIn("", -1, null);
            }
        }
        assertThat(shown.encode()).doesNotContain("correct-horse", ":20000", ":6000", "127.0.0.1");
    }

    @ParameterizedTest
    @CsvSource({"RESEARCH, null, null", "RESEARCH, false, false", "RESEARCH-FULL, true, true", "DEMO, null, null"})
    void withAccessEverythingIsTold(String type, String fullAccess, String mine) throws Exception {
        String id = insert("sam", type, fullAccess, new Row("SHAREE", true, mine));

        JsonObject shown = show("sam", id);

        assertThat(shown.getString("vncloginPassword")).isEqualTo("correct-horse");
        assertThat(shown.getString("state")).isEqualTo("RUNNING");
        assertThat(shown.getString("type")).isEqualTo(type);
        assertThat(shown.getInteger("sshport")).isEqualTo(20_000);
    }

    @Test
    void theMembersAreInTheOrderTheyCame() throws Exception {
        Map<String, Row> members = Map.of(
                "una",
                Row.of("OWNER-CONTROLLER"),
                "abe",
                new Row("SHAREE", true, "true"),
                "zoe",
                new Row("SHAREE", false, "null"));
        String id = rows.insert("RESEARCH", "null", "RUNNING", "MAINTENANCE", members);
        launched(id);
        router.execute("update member set since = now() - case user_guid when 'una' then interval '2 hours'"
                + " else interval '1 hour' end where capsule_id = '" + id
                + "'; update users set email = null where guid = 'zoe'");

        assertThat(show("una", id).getJsonArray("roles"))
                .isEqualTo(new JsonArray()
                        .add(role("una", "una@example.org", "OWNER-CONTROLLER", null, true))
                        .add(role("abe", "abe@example.org", "SHAREE", true, true))
                        .add(role("zoe", null, "SHAREE", null, false)));
    }

    private static JsonObject role(
            String guid, @Nullable String email, String role, @Nullable Boolean fullAccess, boolean tou) {
        return new JsonObject()
                .put("guid", guid)
                .put("email", email)
                .put("role", role)
                .put("full_access", fullAccess)
                .put("tou", tou);
    }

    @Test
    void anOperationThatFailedSaysWhy() throws Exception {
        String id = insert("fay", "RESEARCH", "null", Row.of("OWNER-CONTROLLER"));
        router.execute("update operation set state = 'FAILED', progress = 40, error_code = 'internal',"
                + " error_detail = 'said \"no\" – twice' where kind = 'LAUNCH' and capsule_id = '" + id + "'");

        JsonObject operation = show("fay", id).getJsonObject("operation");

        assertThat(operation.getString("status")).isEqualTo("FAILED");
        assertThat(operation.getInteger("progress")).isEqualTo(40);
        assertThat(operation.getJsonObject("error"))
                .isEqualTo(new JsonObject().put("code", "internal").put("description", "said \"no\" – twice"));
    }

    @Test
    void aPageGoesOnAfterTheCapsuleItIsToldOfAndIsOneStatement() throws Exception {
        List<String> ids = new ArrayList<>();
        for (int i = 0; i < 5; i++) {
            insert("someone-else", "RESEARCH", "null", Row.of("OWNER-CONTROLLER"));
            ids.add(insert("pia", "RESEARCH", "null", Row.of("OWNER-CONTROLLER")));
        }

        JsonObject first = shown("limit=3");
        String cursor = "cursor=" + first.getString("nextCursor");

        assertThat(idsIn(first)).isEqualTo(ids.subList(0, 3));
        assertThat(idsIn(shown("limit=3&" + cursor))).isEqualTo(ids.subList(3, 5));
        assertThat(idsIn(shown(cursor))).isEqualTo(ids.subList(3, 5));
        assertThat(idsIn(shown("limit=1&vmid=" + ids.get(4)))).isEqualTo(ids.subList(4, 5));
        assertThat(shown("limit=5").containsKey("nextCursor")).isFalse();
        assertThat(router.get("/show?vmid=" + ids.get(0) + "&" + cursor, router.token("pia"))
                        .code())
                .isEqualTo("capsule.not-found");
    }

    private JsonObject shown(String query) throws Exception {
        long before = statementsOfCallers();
        JsonObject body = router.get("/show?" + query, router.token("pia")).body();
        assertThat(statementsOfCallers() - before).isEqualTo(1);
        return body;
    }

    private static List<String> idsIn(JsonObject body) {
        return body.getJsonArray("status").stream()
                .map(shown -> ((JsonObject) shown).getString("vmid"))
                .toList();
    }

    @Test
    void whoAcceptsTheTermsSeesTheCapsuleAndWhoWithdrawsNoLonger() throws Exception {
        String id = insert("tia", "RESEARCH", "null", new Row("SHAREE", false, "null"));
        String tia = router.token("tia");

        router.post("/updateusertou", tia, Map.of("vmId", id, "tou", "true"));
        assertThat(show("tia", id).getString("vncloginPassword")).isEqualTo("correct-horse");

        router.post("/updateusertou", tia, Map.of("vmId", id, "tou", "false"));
        assertThat(show("tia", id).getString("vncloginPassword")).isEmpty();
    }

    private JsonObject show(String user, String id) throws Exception {
        return router.post("/show", router.token(user), Map.of("vmid", id))
                .body()
                .getJsonArray("status")
                .getJsonObject(0);
    }

    private String insert(String user, String type, String fullAccess, Row member) throws Exception {
        String id = rows.insert(type, fullAccess, "RUNNING", "MAINTENANCE", Map.of(user, member));
        launched(id);
        return id;
    }

    private void launched(String id) throws Exception {
        String sealed = HexFormat.of().formatHex(secrets.seal(CapsuleId.parse(id), "correct-horse"));
        router.execute("update capsule set sequence = 1, title = 'A title', login_secret = '\\x" + sealed
                + "' where id = '" + id + "'; insert into operation (id, capsule_id, kind, state, sequence, generation,"
                + " host_id, requested_by, request_id, deadline) values (gen_random_uuid(), '" + id
                + "', 'LAUNCH', 'SUCCEEDED', 1, 1, 'rows', 'test', 'test', now()), (gen_random_uuid(), '" + id
                + "', 'SYNC_KEYS', 'FAILED', 1, 1, 'rows', 'test', 'test', now())");
    }
}
