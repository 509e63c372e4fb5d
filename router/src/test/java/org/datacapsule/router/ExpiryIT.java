package org.datacapsule.router;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.vertx.core.json.JsonObject;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.datacapsule.common.wire.Capacity;
import org.datacapsule.common.wire.PortRange;
import org.datacapsule.router.testing.FakeAgent;
import org.datacapsule.router.testing.SmtpSink;
import org.datacapsule.router.testing.TestRouter;
import org.datacapsule.router.testing.TestRouter.Answer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** Expiry with a running router: time passes by making a capsule's dates older. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ExpiryIT {
    private SmtpSink mail;
    private TestRouter router;
    private FakeAgent agent;
    private String image;

    @BeforeAll
    void start(@TempDir Path directory) throws Exception {
        mail = new SmtpSink();
        Map<String, String> settings = new HashMap<>(Map.of(
                "expiry.sweep", "50ms",
                "mail.host", "127.0.0.1",
                "mail.port", Integer.toString(mail.port()),
                "mail.tls", "none",
                "mail.from", "capsules@example.org",
                "mail.retry", "100ms"));
        router = TestRouter.start(directory, settings);
        agent = router.agent("h1", new Capacity(1000, 1 << 20, 100_000), new PortRange(20_000, 6_000, 500));
        image = router.registerImage();
    }

    @AfterAll
    void stop() throws Exception {
        agent.close();
        router.close();
        mail.close();
    }

    @Test
    void anIdleCapsuleIsWarnedOfStoppedAndDeleted() throws Exception {
        String user = "idle-" + UUID.randomUUID();
        String id = running(user, "RESEARCH");

        pass(id, 170);
        awaitStage(id, "WARNED");
        await().until(() -> lettersTo(user).size() == 1);
        assertThat(lettersTo(user).getFirst())
                .contains("MAIL FROM:<capsules@example.org>")
                .contains("Message-ID: <")
                .contains("/v1/capsules/" + id + "/extend");

        pass(id, 14);
        awaitStage(id, "STOPPED");
        router.awaitSql("select state from capsule where id = '" + id + "'", "SHUTDOWN");
        pass(id, 13);
        awaitSwept(id);
        assertThat(state(id)).isEqualTo("SHUTDOWN");

        pass(id, 1);
        router.awaitSql("select state from capsule where id = '" + id + "'", "DELETED");
        assertThat(router.sql("select string_agg(action || ' ' || outcome, ', ' order by id) from audit"
                        + " where capsule_id = '" + id + "' and user_guid = 'system:expiry'"))
                .isEqualTo("expiry ACCEPTED, stop SUCCEEDED, expiry ACCEPTED, delete SUCCEEDED");
        assertThat(kinds(user)).contains("expiry.warning", "expiry.stopped").endsWith("operation.ended");
        assertThat(lettersTo(user)).hasSize(1);
    }

    @Test
    void aCommandMakesAnIdleCapsuleActiveAgain() throws Exception {
        String user = "back-" + UUID.randomUUID();
        String id = running(user, "RESEARCH");
        pass(id, 184);
        awaitStage(id, "WARNED");
        pass(id, 14);
        awaitStage(id, "STOPPED");
        router.awaitSql("select state from capsule where id = '" + id + "'", "SHUTDOWN");

        assertThat(router.post("/launchvm", router.token(user), Map.of("vmid", id))
                        .status())
                .isEqualTo(200);

        due(id);
        awaitStage(id, "ACTIVE");
        router.awaitSql("select state from capsule where id = '" + id + "'", "RUNNING");
        assertThat(expiresInDays(user, id)).isBetween(179L, 180L);
    }

    @Test
    void aDemoCapsulesLifeIsExtendedTwiceAndThenEnds() throws Exception {
        String user = "demo-" + UUID.randomUUID();
        String token = router.token(user);
        String id = running(user, "DEMO");
        assertThat(expiresInDays(user, id)).isBetween(29L, 30L);
        pass(id, 20);
        awaitStage(id, "WARNED");
        assertThat(extend(id, token).body().getInteger("extensions")).isEqualTo(1);
        assertThat(stage(id)).isEqualTo("ACTIVE");
        assertThat(expiresInDays(user, id)).isBetween(29L, 30L);

        pass(id, 40);
        awaitStage(id, "WARNED");
        pass(id, 14);
        awaitStage(id, "STOPPED");
        router.awaitSql("select state from capsule where id = '" + id + "'", "SHUTDOWN");
        assertThat(router.post("/launchvm", token, Map.of("vmid", id)).code()).isEqualTo("capsule.expired");
        assertThat(extend(id, token).body().getInteger("extensions")).isEqualTo(2);
        assertThat(router.post("/launchvm", token, Map.of("vmid", id)).status()).isEqualTo(200);

        assertThat(extend(id, token).code()).isEqualTo("capsule.extensions-exhausted");
    }

    @Test
    void onlyAnOwnerExtends() throws Exception {
        String user = "owner-" + UUID.randomUUID();
        String id = running(user, "RESEARCH");

        assertThat(extend(id, router.token("stranger")).code()).isEqualTo("capsule.not-found");
        router.change(
                false,
                List.of(
                        "update member set role = 'OWNER' where capsule_id = '" + id + "'",
                        "insert into users (guid) values ('c') on conflict do nothing",
                        "insert into member (capsule_id, user_guid, role, tou) values ('" + id
                                + "', 'c', 'CONTROLLER', true)"));
        assertThat(extend(id, router.token("c")).code()).isEqualTo("capsule.permission-denied");
        assertThat(extend(id, router.token(user)).status()).isEqualTo(200);
    }

    @Test
    void aLetterIsTriedUntilTheServerTakesIt() throws Exception {
        String user = "letter-" + UUID.randomUUID();
        String id = running(user, "RESEARCH");
        mail.refuseNext(3);

        pass(id, 170);

        await().atMost(Duration.ofSeconds(20)).until(() -> lettersTo(user).size() == 1);
        assertThat(mail.refusalsLeft()).isZero();
        router.awaitSql("select count(*) from mail where sent_at is null", "0");
    }

    @Test
    void twoRoutersWarnOnce() throws Exception {
        String user = "once-" + UUID.randomUUID();
        String id = running(user, "RESEARCH");
        try (RouterAssembly second = router.another()) {
            assertThat(second.port()).isPositive();
            pass(id, 170);
            awaitStage(id, "WARNED");
            due(id);
            awaitSwept(id);
        }
        assertThat(kinds(user).stream().filter("expiry.warning"::equals)).hasSize(1);
        assertThat(router.sql("select count(*) from mail where recipient = '" + user + "@example.org'"))
                .isEqualTo("1");
    }

    private String running(String user, String type) throws Exception {
        Answer created = router.post(
                "/createvm",
                router.token(user),
                Map.of(
                        "imageid", image,
                        "loginusername", "researcher",
                        "loginpassword", "correct-horse",
                        "vcpu", "1",
                        "memory", "256",
                        "type", type));
        String id = created.body().getString("vmid");
        router.awaitSql("select state from capsule where id = '" + id + "'", "SHUTDOWN");
        router.post("/launchvm", router.token(user), Map.of("vmid", id));
        router.awaitSql("select state from capsule where id = '" + id + "'", "RUNNING");
        return id;
    }

    /** Days go by for this capsule. */
    private void pass(String id, int days) throws Exception {
        router.change(
                false,
                List.of("update capsule set life_began_at = life_began_at - interval '" + days
                        + " days', last_active_at = last_active_at - interval '" + days
                        + " days', expiry_stage_since = expiry_stage_since - interval '" + days
                        + " days', expiry_due_at = now() where id = '" + id + "'"));
    }

    private void due(String id) throws Exception {
        pass(id, 0);
    }

    private void awaitSwept(String id) {
        router.awaitSql("select expiry_due_at > now() from capsule where id = '" + id + "'", "t");
    }

    private void awaitStage(String id, String stage) {
        router.awaitSql("select expiry_stage from capsule where id = '" + id + "'", stage);
    }

    private String stage(String id) throws Exception {
        return router.sql("select expiry_stage from capsule where id = '" + id + "'");
    }

    private String state(String id) throws Exception {
        return router.sql("select state from capsule where id = '" + id + "'");
    }

    private Answer extend(String id, String token) throws Exception {
        return router.post("/v1/capsules/" + id + "/extend", token, Map.of());
    }

    private long expiresInDays(String user, String id) throws Exception {
        JsonObject shown = router.post("/show", router.token(user), Map.of("vmid", id))
                .body()
                .getJsonArray("status")
                .getJsonObject(0);
        String end = shown.getString("expires_at").replace(' ', 'T') + "Z";
        return Duration.between(java.time.Instant.now(), java.time.Instant.parse(end))
                .toDays();
    }

    private List<String> lettersTo(String user) {
        return mail.letters().stream()
                .filter(letter -> letter.contains("RCPT TO:<" + user + "@example.org>"))
                .toList();
    }

    private List<String> kinds(String user) throws Exception {
        router.awaitSql("select count(*) from event where position is null", "0");
        return router.get("/v1/events?after=0", router.token(user)).body().getJsonArray("events").stream()
                .map(event -> ((JsonObject) event).getString("kind"))
                .toList();
    }
}
