package org.datacapsule.router;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import org.datacapsule.router.http.TokenRole;
import org.datacapsule.router.testing.CapsuleRows;
import org.datacapsule.router.testing.CapsuleRows.Row;
import org.datacapsule.router.testing.TestRouter;
import org.datacapsule.router.testing.TestRouter.Answer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** updatevm and the user endpoints: what is described, asked for and decided, and which requests mean nothing. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class UpdateCapsuleIT {
    private TestRouter router;
    private CapsuleRows rows;

    @BeforeAll
    void start(@TempDir Path directory) throws Exception {
        router = TestRouter.start(directory, Map.of());
        rows = new CapsuleRows(router);
    }

    @AfterAll
    void stop() throws Exception {
        router.close();
    }

    @Test
    void whatIsGivenChangesAndTheRestStays() throws Exception {
        String id = capsule("RESEARCH", "null");
        assertThat(update("ann", id, "title=One;consent=true;desc_nature=Nature")
                        .status())
                .isEqualTo(200);

        Answer answer = update("ann", id, "title=Two;desc_shared=Together;type=RESEARCH");

        assertThat(answer.body().getString("vmid")).isEqualTo(id);
        assertThat(router.sql("select title || ' ' || consent || ' ' || desc_nature || ' ' || desc_shared from capsule"
                        + " where id = '" + id + "'"))
                .isEqualTo("Two true Nature Together");
    }

    @Test
    void fullAccessIsAskedForGrantedToAllAndLaterToNewcomers() throws Exception {
        String id = capsule("RESEARCH", "null");
        assertThat(code(update("ann", id, "type=RESEARCH;full_access=false"))).isEqualTo("ok");
        assertThat(rows.members(id)).isEqualTo("ann OWNER-CONTROLLER false true\nben SHAREE false true");
        assertThat(code(update("ann", id, "type=RESEARCH;full_access=false"))).isEqualTo("capsule.full-access-pending");
        assertThat(code(share(id, "cai", "why"))).isEqualTo("capsule.full-access-pending");
        assertThat(code(decide(id, "full_access=true;guids=ann"))).isEqualTo("request.invalid");

        assertThat(code(decide(id, "full_access=true"))).isEqualTo("ok");
        assertThat(rows.members(id)).isEqualTo("ann OWNER-CONTROLLER true true\nben SHAREE true true");
        assertThat(router.sql("select type || ' ' || full_access from capsule where id = '" + id + "'"))
                .isEqualTo("RESEARCH-FULL true");
        assertThat(code(decide(id, "full_access=false"))).isEqualTo("capsule.full-access-not-pending");

        assertThat(share(id, "cai", "").body().getString("description")).contains("desc_shared");
        assertThat(code(share(id, "cai", "why"))).isEqualTo("ok");
        assertThat(code(share(id, "dot", "why"))).isEqualTo("capsule.full-access-pending");
        assertThat(decide(id, "full_access=true").body().getString("description"))
                .contains("guids");
        assertThat(code(decide(id, "full_access=true;guids=cai,ben"))).isEqualTo("capsule.full-access-not-pending");
        assertThat(code(decide(id, "full_access=false;guids=cai"))).isEqualTo("ok");
        assertThat(rows.members(id)).isEqualTo("ann OWNER-CONTROLLER true true\nben SHAREE true true");
    }

    @Test
    void aRejectedRequestLeavesAResearchCapsule() throws Exception {
        String id = capsule("RESEARCH", "null");
        update("ann", id, "type=RESEARCH;full_access=false");

        assertThat(code(decide(id, "full_access=false"))).isEqualTo("ok");

        assertThat(rows.members(id)).isEqualTo("ann OWNER-CONTROLLER - true\nben SHAREE - true");
        assertThat(router.sql("select type || coalesce(full_access::text, '') from capsule where id = '" + id + "'"))
                .isEqualTo("RESEARCH");
    }

    @Test
    void nobodyDecidesOnACapsuleTheyAreOnNorWithoutTheRole() throws Exception {
        String id = capsule("RESEARCH", "null");
        update("ann", id, "type=RESEARCH;full_access=false");
        Map<String, String> decision = Map.of("vmid", id, "type", "RESEARCH-FULL", "full_access", "true");

        String admin = router.token("ben", TokenRole.ADMIN, TokenRole.REVIEWER);
        assertThat(router.post("/updatevm", admin, decision).code()).isEqualTo("capsule.permission-denied");
        assertThat(router.post("/updatevm", router.token("ann"), decision).code())
                .isEqualTo("capsule.permission-denied");
        assertThat(router.post("/updatevm", router.token("zoe"), decision).code())
                .isEqualTo("capsule.not-found");
        assertThat(router.post("/updatevm", router.token("op", TokenRole.OPERATOR), decision)
                        .code())
                .isEqualTo("capsule.not-found");
        assertThat(router.post(
                                "/updatevm",
                                router.token("zoe", TokenRole.REVIEWER),
                                Map.of("vmid", id, "title", "Mine"))
                        .code())
                .isEqualTo("capsule.not-found");
    }

    @ParameterizedTest
    @CsvSource({
        "RESEARCH, type=DEMO, capsule.invalid-conversion",
        "RESEARCH, type=RESEARCH-FULL, capsule.invalid-conversion",
        "DEMO, type=RESEARCH, capsule.invalid-conversion",
        "DEMO, type=RESEARCH;full_access=false, capsule.invalid-conversion",
        "RESEARCH-FULL, type=RESEARCH, capsule.invalid-conversion",
        "RESEARCH-FULL, type=RESEARCH;full_access=false, capsule.invalid-conversion",
        "RESEARCH, type=DEMO;full_access=false, full_access",
        "RESEARCH, type=RESEARCH;full_access=true, full_access",
        "RESEARCH, full_access=false, type",
        "RESEARCH, guids=ben, guids",
        "RESEARCH, type=RESEARCH;full_access=false;guids=ben, guids",
        "RESEARCH, type=RESEARCH-FULL;full_access=true;title=Title, title"
    })
    void aCombinationThatMeansNothingIsNamed(String type, String form, String refusal) throws Exception {
        String id = capsule(type, type.equals("RESEARCH-FULL") ? "true" : "null");

        Answer answer = update("ann", id, form);

        assertThat(answer.status()).isEqualTo(400);
        String expected = refusal.contains(".") ? refusal : "request.invalid";
        assertThat(answer.code()).isEqualTo(expected);
        if (expected.equals("request.invalid")) {
            assertThat(answer.body().getJsonArray("violations").getJsonObject(0).getString("field"))
                    .isEqualTo(refusal);
        }
    }

    @Test
    void aDemoCapsuleCannotBeSharedAndTheLimitHolds() throws Exception {
        assertThat(code(share(capsule("DEMO", "null"), "cai", ""))).isEqualTo("sharing.not-shareable");
        String id = capsule("RESEARCH", "null");
        assertThat(code(share(id, "c1'},{guid:'c2'},{guid:'c3'},{guid:'c4'},{guid:'c5", "")))
                .isEqualTo("sharing.limit-exceeded");
        assertThat(code(share(id, "c1'},{guid:'c2'},{guid:'c3'},{guid:'c4'},{guid:'ben", "")))
                .isEqualTo("ok");
        assertThat(code(share(id, "c1'},{guid:'ann", ""))).as("all are there").isEqualTo("ok");
    }

    @Test
    void withoutASupportUserThereIsNoneToAdd() throws Exception {
        String id = capsule("RESEARCH", "null");
        assertThat(router.post("/addsupportuser", router.token("ann"), Map.of("vmId", id))
                        .code())
                .isEqualTo("sharing.support-user-unset");
    }

    @Test
    void shareesNotSeenBeforeGetARowWithTheirEmailWhichTheirTokenReplaces() throws Exception {
        String id = capsule("RESEARCH", "null");
        router.post(
                "/addsharees",
                router.token("ann"),
                Map.of("vmId", id, "sharees", "[{\"giud\":\"fresh\",\"email\":\"fresh@elsewhere.example\"}]"));
        assertThat(router.sql("select email from users where guid = 'fresh'")).isEqualTo("fresh@elsewhere.example");

        assertThat(router.post("/updateuseremail", router.token("fresh"), Map.of())
                        .body()
                        .getString("email"))
                .isEqualTo("fresh@example.org");
        assertThat(router.sql("select email from users where guid = 'fresh'")).isEqualTo("fresh@example.org");
    }

    @Test
    void theGeneralTermsAreAcceptedOnceForAll() throws Exception {
        String zoe = router.token("zoe");
        assertThat(router.get("/updateusertou", zoe).body().getBoolean("tou")).isFalse();
        assertThat(router.post("/updateusertou", zoe, Map.of("tou", "true"))
                        .body()
                        .getBoolean("tou"))
                .isTrue();
        assertThat(router.get("/updateusertou", zoe).body().getBoolean("tou")).isTrue();
        assertThat(router.post("/updateusertou", zoe, Map.of()).code()).isEqualTo("request.invalid");
        assertThat(router.post("/updateusertou", zoe, Map.of("tou", "true", "vmId", capsule("RESEARCH", "null")))
                        .code())
                .isEqualTo("capsule.not-found");
    }

    private String capsule(String type, String fullAccess) throws Exception {
        return rows.insert(
                type,
                fullAccess,
                "SHUTDOWN",
                "NOT_DEFINED",
                Map.of(
                        "ann", new Row("OWNER-CONTROLLER", true, fullAccess),
                        "ben", new Row("SHAREE", true, fullAccess)));
    }

    /** @param form {@code name=value;name=value} */
    private Answer update(String user, String id, String form) throws Exception {
        return router.post("/updatevm", router.token(user), form(id, form));
    }

    private Answer decide(String id, String form) throws Exception {
        return router.post(
                "/updatevm", router.token("rita", TokenRole.REVIEWER), form(id, "type=RESEARCH-FULL;" + form));
    }

    private Answer share(String id, String guid, String reason) throws Exception {
        return router.post(
                "/addsharees",
                router.token("ann"),
                Map.of("vmid", id, "sharees", "[{guid:'" + guid + "'}]", "desc_shared", reason));
    }

    private static Map<String, String> form(String id, String form) {
        Map<String, String> values = new HashMap<>(Map.of("vmid", id));
        for (String pair : form.split(";", -1)) {
            values.put(pair.substring(0, pair.indexOf('=')), pair.substring(pair.indexOf('=') + 1));
        }
        return values;
    }

    private static String code(Answer answer) {
        return answer.status() == 200 ? "ok" : answer.code();
    }
}
