package org.datacapsule.router;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.vertx.core.json.JsonObject;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.datacapsule.common.capsule.CapsuleEvent.Found;
import org.datacapsule.common.error.ErrorCode;
import org.datacapsule.common.error.Problem;
import org.datacapsule.common.id.CapsuleId;
import org.datacapsule.common.wire.Capacity;
import org.datacapsule.common.wire.CapsuleObservation;
import org.datacapsule.common.wire.Command;
import org.datacapsule.common.wire.CommandEnvelope;
import org.datacapsule.common.wire.CommandReply;
import org.datacapsule.common.wire.Outcome;
import org.datacapsule.common.wire.PortRange;
import org.datacapsule.router.http.TokenRole;
import org.datacapsule.router.testing.FakeAgent;
import org.datacapsule.router.testing.FakeAgent.Behaviour;
import org.datacapsule.router.testing.TestRouter;
import org.datacapsule.router.testing.TestRouter.Answer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** A capsule's life as the router sees it: over HTTP, on a real Postgres and a real bus. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class CapsuleLifeIT {
    private static final Duration SOON = Duration.ofSeconds(20);

    private TestRouter router;
    private FakeAgent agent;
    private String image;
    private String alice;

    @BeforeAll
    void start(@TempDir Path directory) throws Exception {
        router = TestRouter.start(directory, Map.of("operations.attempts", "2"));
        agent = router.agent("h1", new Capacity(64, 1 << 20, 100_000), new PortRange(20_000, 6_000, 500));
        image = router.registerImage();
        alice = router.token("alice");
    }

    @AfterAll
    void stop() throws Exception {
        agent.close();
        router.close();
    }

    @AfterEach
    void succeedAgain() {
        agent.behave(command -> new Behaviour.Do(Outcome.Succeeded.DONE));
        agent.observe(List.of());
    }

    @Test
    void aCapsuleIsCreatedLaunchedStoppedAndDeleted() throws Exception {
        Answer created = router.post("/createvm", alice, form());
        assertThat(created.status()).isEqualTo(200);
        assertThat(created.body().fieldNames()).containsExactlyInAnyOrder("vmid", "operation", "state");
        String id = created.body().getString("vmid");
        awaitState(id, "SHUTDOWN", "NOT_DEFINED");

        assertThat(command("/launchvm", id).status()).isEqualTo(200);
        awaitState(id, "RUNNING", "MAINTENANCE");
        JsonObject shown = show(id);
        assertThat(shown.getString("publicip")).isEqualTo("127.0.0.1");
        assertThat(shown.getInteger("sshport")).isBetween(20_000, 20_499);
        assertThat(shown.getInteger("vncport")).isEqualTo(shown.getInteger("sshport") - 14_000);
        assertThat(shown.getString("vncloginPassword")).isEqualTo("correct-horse");
        assertThat(shown.getJsonArray("roles").getJsonObject(0).getString("role"))
                .isEqualTo("OWNER-CONTROLLER");

        assertThat(command("/stopvm", id).status()).isEqualTo(200);
        awaitState(id, "SHUTDOWN", "NOT_DEFINED");

        assertThat(command("/deletevm", id).status()).isEqualTo(200);
        awaitGone(id);
        assertThat(router.sql("select count(*) from host_port where capsule_id = '" + id + "'"))
                .isEqualTo("0");
        assertThat(router.sql("select count(*) from guest_slot where capsule_id = '" + id + "'"))
                .isEqualTo("0");
        assertThat(router.sql("select login_secret is null from capsule where id = '" + id + "'"))
                .isEqualTo("t");
        assertThat(router.sql("select string_agg(outcome, ' ' order by id) from audit where capsule_id = '" + id + "'"))
                .isEqualTo("ACCEPTED SUCCEEDED ACCEPTED SUCCEEDED ACCEPTED SUCCEEDED ACCEPTED SUCCEEDED");
    }

    @Test
    void aPasswordIsNeverReadableInTheDatabase() throws Exception {
        String id = created();

        assertThat(router.sql(
                        "select position('correct-horse'::bytea in login_secret) from capsule where id = '" + id + "'"))
                .isEqualTo("0");
    }

    @Test
    void theSameIdempotencyKeyGivesTheSameAnswer() throws Exception {
        Map<String, String> key = Map.of("Idempotency-Key", UUID.randomUUID().toString());

        Answer first = router.post("/createvm", alice, form(), key);
        Answer again = router.post("/createvm", alice, form(), key);

        assertThat(again.body()).isEqualTo(first.body());
        Map<String, String> other = new java.util.HashMap<>(form());
        other.put("memory", "512");
        assertThat(router.post("/createvm", alice, other, key).code()).isEqualTo("idempotency.conflict");
        assertThat(router.post("/createvm", router.token("bob"), form(), key)
                        .body()
                        .getString("vmid"))
                .isNotEqualTo(first.body().getString("vmid"));
    }

    @Test
    void aRefusalIsRepeatedForTheSameKeyEvenWhenItCouldSucceedNow() throws Exception {
        String id = created();
        Map<String, String> key = Map.of("Idempotency-Key", UUID.randomUUID().toString());
        Map<String, String> form = Map.of("vmid", id);
        assertThat(router.post("/stopvm", alice, form, key).code()).isEqualTo("capsule.invalid-state");
        command("/launchvm", id);
        awaitState(id, "RUNNING", "MAINTENANCE");

        assertThat(router.post("/stopvm", alice, form, key).code()).isEqualTo("capsule.invalid-state");
    }

    @Test
    void aStrangersCapsuleLooksLikeNone() throws Exception {
        String id = created();
        String none = UUID.randomUUID().toString();
        String bob = router.token("bob");

        for (String path : List.of("/launchvm", "/switchvm", "/stopvm", "/deletevm", "/show")) {
            Answer strangers = router.post(path, bob, Map.of("vmid", id, "mode", "secure"));
            Answer missing = router.post(path, bob, Map.of("vmid", none, "mode", "secure"));
            assertThat(strangers.status()).isEqualTo(400);
            assertThat(strangers.code()).isEqualTo(missing.code()).isEqualTo("capsule.not-found");
            assertThat(strangers.body().getString("description").replace(id, none))
                    .isEqualTo(missing.body().getString("description"));
        }
    }

    @Test
    void whileBusyEveryCommandButDeleteIsRefused() throws Exception {
        String id = created();
        agent.behave(command -> command.command() instanceof Command.Launch
                ? new Behaviour.AcceptAndForget()
                : new Behaviour.Do(Outcome.Succeeded.DONE));
        command("/launchvm", id);

        assertThat(command("/launchvm", id).code()).isEqualTo("capsule.invalid-state");
        assertThat(command("/stopvm", id).code()).isEqualTo("capsule.invalid-state");
        Answer deleted = command("/deletevm", id);
        assertThat(deleted.status()).isEqualTo(200);
        awaitGone(id);
        assertThat(router.sql("select string_agg(state, ' ' order by sequence) from operation where capsule_id = '" + id
                        + "'"))
                .isEqualTo("SUCCEEDED CANCELLED SUCCEEDED");
    }

    @Test
    void aFailureThatMayPassIsTriedAgain() throws Exception {
        String id = created();
        Problem full = Problem.of(ErrorCode.HOST_DISK_FULL, "No room.");
        agent.behave(command -> command.attempt() == 1
                ? new Behaviour.Answer(new CommandReply.Finished(new Outcome.Failed(full, true)))
                : new Behaviour.Do(Outcome.Succeeded.DONE));

        command("/launchvm", id);

        awaitState(id, "RUNNING", "MAINTENANCE");
    }

    @Test
    void aPortThatAStrangerHasIsExchangedAndLeftAlone() throws Exception {
        String id = created();
        int taken = show(id).getInteger("sshport");
        Problem stranger = Problem.of(ErrorCode.HOST_PORT_TAKEN, "Another program listens on port " + taken + ".");
        agent.behave(command -> command.command().spec().sshPort() == taken
                ? new Behaviour.Answer(new CommandReply.Finished(new Outcome.Failed(stranger, true)))
                : new Behaviour.Do(Outcome.Succeeded.DONE));

        command("/launchvm", id);

        awaitState(id, "RUNNING", "MAINTENANCE");
        assertThat(show(id).getInteger("sshport")).isNotEqualTo(taken);
        assertThat(router.sql("select done from drift where kind = 'PORT_TAKEN' and capsule_id = '" + id + "'"))
                .isEqualTo("The capsule has the ports " + show(id).getInteger("sshport") + " and "
                        + show(id).getInteger("vncport") + " now.");
        assertThat(show(created()).getInteger("sshport"))
                .as("nobody else gets it")
                .isNotEqualTo(taken);
    }

    @Test
    void afterItsLastTryACapsuleIsInErrorWithTheCauseAndCanBeRecovered() throws Exception {
        String id = created();
        Problem full = Problem.of(ErrorCode.HOST_DISK_FULL, "No room.");
        agent.behave(command -> new Behaviour.Answer(new CommandReply.Finished(new Outcome.Failed(full, true))));
        command("/launchvm", id);
        awaitState(id, "ERROR", "NOT_DEFINED");
        assertThat(show(id).getJsonObject("operation").getJsonObject("error").getString("code"))
                .isEqualTo("host.disk-full");
        assertThat(command("/launchvm", id).code()).isEqualTo("capsule.invalid-state");

        agent.behave(command -> new Behaviour.Do(
                Outcome.Succeeded.found(command.command() instanceof Command.Inspect ? Found.STOPPED : Found.UNSAID)));
        assertThat(router.post("/v1/capsules/" + id + "/recover", alice, Map.of())
                        .code())
                .isEqualTo("auth.forbidden");
        assertThat(router.post("/v1/capsules/" + id + "/recover", router.token("op", TokenRole.OPERATOR), Map.of())
                        .status())
                .isEqualTo(200);
        awaitState(id, "SHUTDOWN", "NOT_DEFINED");
    }

    @Test
    void anOutcomeThatGotLostIsAskedFor() throws Exception {
        String id = created();
        agent.behave(command -> timesSeen(command) == 1
                ? new Behaviour.AcceptAndForget()
                : new Behaviour.Answer(new CommandReply.Finished(Outcome.Succeeded.DONE)));

        command("/launchvm", id);

        awaitState(id, "RUNNING", "MAINTENANCE");
    }

    @Test
    void aGuestThatDiedIsShutDown() throws Exception {
        String id = created();
        command("/launchvm", id);
        awaitState(id, "RUNNING", "MAINTENANCE");
        CapsuleId capsule = CapsuleId.parse(id);

        agent.observe(List.of(new CapsuleObservation(capsule, 1, false, Found.STOPPED)));
        agent.beat();
        assertThat(show(id).getString("state")).as("seen before the launch").isEqualTo("RUNNING");
        agent.observe(List.of(new CapsuleObservation(capsule, 2, true, Found.STOPPED)));
        agent.beat();
        assertThat(show(id).getString("state")).as("an operation is under way").isEqualTo("RUNNING");
        agent.observe(List.of(new CapsuleObservation(capsule, 2, false, Found.STOPPED)));
        agent.beat();

        assertThat(show(id).getString("state")).isEqualTo("SHUTDOWN");
    }

    @Test
    void anOperationIsSeenByThoseOnItsCapsuleOnly() throws Exception {
        Answer created = router.post("/createvm", alice, form());
        String path = "/v1/operations/" + created.body().getString("operation");

        assertThat(router.get(path, alice).body().getString("kind")).isEqualTo("CREATE");
        assertThat(router.get(path, router.token("bob")).code()).isEqualTo("operation.not-found");
        assertThat(router.get(path, router.token("op", TokenRole.OPERATOR)).status())
                .isEqualTo(200);
    }

    @Test
    void pagesOfShowTogetherAreTheWholeList() throws Exception {
        String carol = router.token("carol");
        for (int i = 0; i < 5; i++) {
            router.post("/createvm", carol, form("256"));
        }

        List<String> paged = new java.util.ArrayList<>();
        String cursor = "";
        do {
            Answer page = router.get("/show?limit=2" + cursor, carol);
            page.body().getJsonArray("status").forEach(row -> paged.add(((JsonObject) row).getString("vmid")));
            cursor = page.body().containsKey("nextCursor")
                    ? "&cursor=" + page.body().getString("nextCursor")
                    : "";
        } while (!cursor.isEmpty());

        assertThat(paged)
                .containsExactlyElementsOf(router.get("/show", carol).body().getJsonArray("status").stream()
                        .map(row -> ((JsonObject) row).getString("vmid"))
                        .toList())
                .hasSize(5);
    }

    @Test
    void aCommandSurvivesARouterThatEndsBeforeItIsDelivered() throws Exception {
        String id = created();
        agent.behave(command -> new Behaviour.AcceptAndForget());
        command("/launchvm", id);
        await().atMost(SOON)
                .until(() -> agent.received().stream()
                        .anyMatch(seen -> seen.command() instanceof Command.Launch launch
                                && launch.spec().id().equals(CapsuleId.parse(id))));
        agent.behave(command -> new Behaviour.Answer(new CommandReply.Finished(Outcome.Succeeded.DONE)));
        awaitState(id, "RUNNING", "MAINTENANCE");
    }

    private long timesSeen(CommandEnvelope command) {
        return agent.received().stream()
                .filter(seen -> seen.operation().equals(command.operation()))
                .count();
    }

    private Map<String, String> form() {
        return form("256");
    }

    private Map<String, String> form(String memory) {
        return Map.of(
                "imageid", image,
                "loginusername", "researcher",
                "loginpassword", "correct-horse",
                "vcpu", "1",
                "memory", memory,
                "type", "RESEARCH",
                "consent", "true");
    }

    private String created() throws Exception {
        String user = "user-" + UUID.randomUUID();
        alice = router.token(user);
        String id = router.post("/createvm", alice, form()).body().getString("vmid");
        awaitState(id, "SHUTDOWN", "NOT_DEFINED");
        return id;
    }

    private Answer command(String path, String id) throws Exception {
        return router.post(path, alice, Map.of("vmid", id));
    }

    private JsonObject show(String id) throws Exception {
        return router.post("/show", alice, Map.of("vmid", id))
                .body()
                .getJsonArray("status")
                .getJsonObject(0);
    }

    private void awaitState(String id, String state, String mode) {
        await().atMost(SOON)
                .pollInterval(Duration.ofMillis(20))
                .until(() -> router.sql("select state || ' ' || mode from capsule where id = '" + id + "'")
                        .equals(state + " " + mode));
    }

    private void awaitGone(String id) throws Exception {
        awaitState(id, "DELETED", "NOT_DEFINED");
        assertThat(router.post("/show", alice, Map.of("vmid", id)).code()).isEqualTo("capsule.not-found");
    }
}
