package org.datacapsule.router;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.vertx.core.json.JsonObject;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.stream.Stream;
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

/** What stands in the audit log, who may read it, and that tampering with the tables is found. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class AuditIT {
    private static final List<String> TABLES = List.of("audit", "audit_chain", "audit_head", "audit_unchained");
    private static final Duration SOON = Duration.ofSeconds(20);

    private TestRouter router;
    private FakeAgent agent;
    private String image;
    private String admin;

    @BeforeAll
    void start(@TempDir Path directory) throws Exception {
        router = TestRouter.start(
                directory,
                Map.of("quota.disk-gb", "10000", "quota.vcpus", "1000", "audit.unknown-callers-every", "1s"));
        agent = router.agent("h1", new Capacity(1000, 1 << 20, 100_000), new PortRange(20_000, 6_000, 500));
        image = router.registerImage();
        admin = router.token("admin", TokenRole.ADMIN);
    }

    @AfterAll
    void stop() throws Exception {
        agent.close();
        router.close();
    }

    @Test
    void aCommandsRowSaysWhoWhatWhenFromWhereAndHowItEnded() throws Exception {
        String user = "user-" + UUID.randomUUID();
        String id = create(user).body().getString("vmid");
        router.awaitSql("select state from capsule where id = '" + id + "'", "SHUTDOWN");

        List<JsonObject> rows = audit("capsule=" + id);

        assertThat(rows)
                .extracting(row -> row.getString("action") + " " + row.getString("outcome"))
                .containsExactly("createvm ACCEPTED", "create SUCCEEDED");
        JsonObject accepted = rows.getFirst();
        assertThat(accepted.getString("user")).isEqualTo(user);
        assertThat(accepted.getString("email")).isEqualTo(user + "@example.org");
        assertThat(accepted.getString("clientAddress")).isEqualTo("127.0.0.1");
        assertThat(accepted.getString("operation")).isEqualTo(rows.getLast().getString("operation"));
        assertThat(accepted.getString("requestId")).isEqualTo(rows.getLast().getString("requestId"));
    }

    @Test
    void everyRefusalOfACommandIsThereWhateverRefusedIt() throws Exception {
        String user = "user-" + UUID.randomUUID();
        String token = router.token(user);
        String nobodys = UUID.randomUUID().toString();
        router.post("/launchvm", token, Map.of("vmid", nobodys));
        router.post("/launchvm", token, Map.of("vmid", "nonsense"));
        router.post(
                "/createvm",
                token,
                Map.of(
                        "imageid",
                        image,
                        "loginusername",
                        "u",
                        "loginpassword",
                        "s3cret-Pass",
                        "vcpu",
                        "1",
                        "memory",
                        "256",
                        "full_access",
                        "true"));
        router.post("/v1/capsules/" + nobodys + "/recover", token, Map.of());
        Map<String, String> key = Map.of("Idempotency-Key", "k");
        router.post("/stopvm", token, Map.of("vmid", nobodys), key);
        router.get("/v1/hosts", token);
        router.post("/show", token, Map.of("vmid", nobodys));

        assertThat(audit("user=" + user))
                .extracting(row -> row.getString("action") + " " + row.getString("outcome") + " "
                        + row.getString("detail") + " " + nobodys.equals(row.getString("vmid")))
                .containsExactly(
                        "launchvm REFUSED capsule.not-found true",
                        "launchvm REFUSED request.invalid false",
                        "createvm REFUSED request.invalid false",
                        "recoverCapsule REFUSED auth.forbidden false",
                        "stopvm REFUSED capsule.not-found true");
    }

    @Test
    void refusedRequestsOfUnknownCallersAreCountedByAddressAndReason() throws Exception {
        String now = router.sql("select to_char(now() at time zone 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS.US\"Z\"')");
        for (int i = 0; i < 3; i++) {
            router.post(
                    "/launchvm", "not.a.token", Map.of("vmid", UUID.randomUUID().toString()));
        }
        router.get("/show", "not.a.token");

        String rows = "user=system:unknown-caller&since=" + now;
        await().atMost(SOON).until(() -> requests(audit(rows)) == 4);
        assertThat(audit(rows)).allSatisfy(row -> {
            assertThat(row.getString("outcome")).isEqualTo("REFUSED");
            assertThat(row.getString("clientAddress")).isEqualTo("127.0.0.1");
            assertThat(row.getString("detail")).startsWith("auth.token-invalid; requests: ");
        });
        assertThat(audit(rows))
                .extracting(row -> row.getString("detail"))
                .anyMatch(detail -> detail.contains("launchvm"));
    }

    private static long requests(List<JsonObject> rows) {
        return rows.stream()
                .mapToLong(row -> Long.parseLong(row.getString("detail").replaceAll(".*requests: (\\d+);.*", "$1")))
                .sum();
    }

    @Test
    void filtersAndPagesTogetherAreTheWholeList() throws Exception {
        String user = "user-" + UUID.randomUUID();
        for (int n = 0; n < 7; n++) {
            router.post(
                    "/launchvm",
                    router.token(user),
                    Map.of("vmid", UUID.randomUUID().toString()));
        }
        List<JsonObject> whole = audit("user=" + user + "&outcome=REFUSED&action=launchvm");
        assertThat(whole).hasSize(7);

        List<JsonObject> paged = new ArrayList<>();
        String cursor = "";
        do {
            JsonObject page =
                    router.get("/v1/audit?limit=3&user=" + user + cursor, admin).body();
            page.getJsonArray("audit").forEach(row -> paged.add((JsonObject) row));
            cursor = page.containsKey("nextCursor") ? "&cursor=" + page.getString("nextCursor") : "";
        } while (!cursor.isEmpty());

        assertThat(paged).isEqualTo(whole);
        assertThat(audit("user=" + user + "@example.org")).isEqualTo(whole);
        String middle = whole.get(3).getString("at");
        assertThat(audit("user=" + user + "&since=" + middle)).isEqualTo(whole.subList(3, 7));
        assertThat(audit("user=" + user + "&until=" + middle)).isEqualTo(whole.subList(0, 3));
        assertThat(audit("user=" + user + "&outcome=DONE")).isEmpty();
        assertThat(router.get("/v1/audit?cursor=bm9uZQ", admin).code()).isEqualTo("request.invalid");
        assertThat(router.get("/v1/audit?since=2026-13-31T12:00:00Z", admin).code())
                .isEqualTo("request.invalid");
    }

    @Test
    void onlyAdminsReadIt() throws Exception {
        for (TokenRole role : List.of(TokenRole.OPERATOR, TokenRole.REVIEWER, TokenRole.HOST)) {
            assertThat(router.get("/v1/audit", router.token("x", role)).code()).isEqualTo("auth.forbidden");
        }
        assertThat(router.get("/v1/audit", router.token("x")).code()).isEqualTo("auth.forbidden");
    }

    @Test
    void nobodyElseMayUseTheNamesOfTheServiceItself() throws Exception {
        assertThat(router.get("/show", router.token("system:expiry")).code()).isEqualTo("auth.token-invalid");
    }

    @Test
    void manyCommandsAtOnceMakeOneWholeChainWithEachRowOnce() throws Exception {
        List<Callable<Answer>> calls = new ArrayList<>();
        for (int n = 0; n < 300; n++) {
            String user = "crowd-" + n % 20;
            calls.add(
                    n % 5 == 0
                            ? () -> create(user)
                            : () -> router.post(
                                    "/stopvm",
                                    router.token(user),
                                    Map.of("vmid", UUID.randomUUID().toString())));
        }
        try (ExecutorService clients = Executors.newFixedThreadPool(30)) {
            for (var answer : clients.invokeAll(calls)) {
                answer.get();
            }
        }
        chained();

        assertThat(verify()).isEqualTo(0);
        assertThat(router.sql("select count(*) = count(distinct audit_id) and count(*) = max(position) and"
                        + " count(*) = (select count(*) from audit) from audit_chain"))
                .isEqualTo("t");
    }

    @Test
    void tamperingWithTheTablesIsFound() throws Exception {
        for (int n = 0; n < 5; n++) {
            router.post(
                    "/stopvm",
                    router.token("t"),
                    Map.of("vmid", UUID.randomUUID().toString()));
        }
        chained();
        String row = router.sql("select audit_id from audit_chain order by position desc offset 2 limit 1");
        for (String tampering : List.of(
                "update audit set detail = 'nothing' where id = " + row,
                "update audit set at = at + interval '1 microsecond' where id = " + row,
                "delete from audit where id = " + row,
                "with gone as (delete from audit_chain where audit_id = " + row + ") delete from audit where id = "
                        + row,
                "with gone as (delete from audit_chain where position = (select max(position) from audit_chain)"
                        + " returning audit_id) delete from audit where id in (select audit_id from gone)",
                "update audit_chain set hash = previous where audit_id = " + row,
                "delete from audit_chain where audit_id = " + row,
                "insert into audit (user_guid, client_address, request_id, action, outcome) values ('x', '', '', '', '')",
                "insert into audit_unchained values (" + Long.MAX_VALUE + ")")) {
            assertThat(verifyAfter(tampering)).as(tampering).isEqualTo(1);
        }
        String head = router.sql("select position || ':' || encode(hash, 'hex') from audit_head");
        assertThat(verify("--expect", head)).isEqualTo(0);
        assertThat(verify("--expect", head.replaceFirst(":..", ":ff"))).isEqualTo(1);
    }

    @Test
    void theTablesRefuseTamperingThatDoesNotTakeTheTriggersOff() {
        for (String statement : List.of(
                "update audit set detail = 'x' returning id",
                "delete from audit returning id",
                "update audit_chain set position = 1 returning 1",
                "delete from audit_chain returning 1")) {
            assertThatThrownBy(() -> router.sql(statement)).hasMessageContaining("append-only");
        }
    }

    /** What verify says of tables that were tampered with, which is undone afterwards. */
    private int verifyAfter(String tampering) throws Exception {
        router.change(
                true,
                TABLES.stream()
                        .map(table -> "create table kept_" + table + " as table " + table)
                        .toList());
        try {
            router.change(true, List.of(tampering));
            return verify();
        } finally {
            router.change(
                    true,
                    TABLES.stream()
                            .flatMap(table -> Stream.of(
                                    "delete from " + table,
                                    "insert into " + table + " overriding system value select * from kept_" + table,
                                    "drop table kept_" + table))
                            .toList());
        }
    }

    private int verify(String... more) throws Exception {
        List<String> arguments = new ArrayList<>(
                List.of("audit", "verify", "--config", router.configFile().toString()));
        arguments.addAll(List.of(more));
        return RouterMain.run(arguments.toArray(String[]::new));
    }

    private void chained() {
        await().atMost(SOON)
                .until(() -> router.sql("select count(*) from audit_unchained").equals("0"));
    }

    private List<JsonObject> audit(String query) throws Exception {
        chained();
        return router.get("/v1/audit?" + query, admin).body().getJsonArray("audit").stream()
                .map(JsonObject.class::cast)
                .toList();
    }

    private Answer create(String user) throws Exception {
        return router.post(
                "/createvm",
                router.token(user),
                Map.of(
                        "imageid", image,
                        "loginusername", "researcher",
                        "loginpassword", "correct-horse",
                        "vcpu", "1",
                        "memory", "256"));
    }
}
