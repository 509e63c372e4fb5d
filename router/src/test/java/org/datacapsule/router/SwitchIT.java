package org.datacapsule.router;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.vertx.core.json.JsonObject;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;
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
import org.datacapsule.common.wire.SecureVolume;
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

/** Switches between maintenance and secure mode as the router sees them. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class SwitchIT {
    private static final Duration SOON = Duration.ofSeconds(20);
    private static final int TIMES = 15;
    private static final Problem ROLLED_BACK = Problem.of(ErrorCode.HOST_TOOL_FAILED, "The filter was not in force.");

    private TestRouter router;
    private FakeAgent agent;
    private String image;
    private String owner = "";

    @BeforeAll
    void start(@TempDir Path directory) throws Exception {
        router = TestRouter.start(
                directory,
                Map.of(
                        "operations.attempts", "2",
                        "expiry.sweep", "50ms",
                        "quota.vcpus", "10000",
                        "quota.memory-mb", "1000000",
                        "quota.disk-gb", "100000",
                        "secure-mode.volume-mb", "64"));
        agent = router.agent("h1", new Capacity(6400, 1 << 24, 1_000_000), new PortRange(20_000, 6_000, 500));
        image = router.registerImage();
    }

    @AfterAll
    void stop() throws Exception {
        agent.close();
        router.close();
    }

    @AfterEach
    void succeedAgain() {
        agent.behave(command -> new Behaviour.Do(agent.done(command)));
        agent.observe(List.of());
    }

    @Test
    void aRunningCapsuleIsSwitchedToSecureAndBack() throws Exception {
        String id = running();

        Answer secured = switchTo(id, "secure");
        assertThat(secured.status()).as(secured.body().encode()).isEqualTo(200);
        assertThat(secured.body().getString("state")).isEqualTo("SWITCH_TO_SECURE_PENDING");
        awaitStatus(id, "RUNNING SECURE");
        assertThat(show(id).getString("mode")).isEqualTo("SECURE");

        Answer back = switchTo(id, "MainTenance");
        assertThat(back.body().getString("state")).isEqualTo("SWITCH_TO_MAINTENANCE_PENDING");
        awaitStatus(id, "RUNNING MAINTENANCE");

        assertThat(receipts(id)).isEqualTo("SECURE secure, MAINTENANCE maintenance");
        assertThat(router.sql(
                        "select string_agg(action || ' ' || outcome || coalesce(' ' || detail, ''), ', ' order by id)"
                                + " from audit where capsule_id = '" + id + "' and action like 'switch%'"))
                .isEqualTo("switchvm ACCEPTED switch_to_secure, switch_to_secure SUCCEEDED,"
                        + " switchvm ACCEPTED switch_to_maintenance, switch_to_maintenance SUCCEEDED");
        assertThat(events(id)).contains("switch_to_secure SUCCEEDED RUNNING SECURE");
    }

    @Test
    void aRefusalSaysWhyInClearWords() throws Exception {
        String id = running();
        assertThat(switchTo(id, "maintenance").body().getString("description"))
                .isEqualTo("The capsule is RUNNING in MAINTENANCE already.");
        assertThat(switchTo(id, "open").body().getString("description"))
                .isEqualTo("mode: \"open\" is not allowed; it must be one of secure, maintenance, in any letter case.");
        post("/stopvm", id);
        awaitStatus(id, "SHUTDOWN NOT_DEFINED");

        Answer stopped = switchTo(id, "secure");

        assertThat(stopped.code()).isEqualTo("capsule.invalid-state");
        assertThat(stopped.body().getString("description"))
                .isEqualTo(
                        "To switch a capsule to SECURE it must be RUNNING in MAINTENANCE, and this one is SHUTDOWN.");
    }

    @Test
    void aRepeatWithTheSameKeyIsNoSecondSwitch() throws Exception {
        String id = running();
        Map<String, String> key = Map.of("Idempotency-Key", UUID.randomUUID().toString());
        Map<String, String> form = Map.of("vmid", id, "mode", "secure");

        Answer first = router.post("/switchvm", router.token(owner), form, key);
        awaitStatus(id, "RUNNING SECURE");

        assertThat(router.post("/switchvm", router.token(owner), form, key).body())
                .isEqualTo(first.body());
        assertThat(router.post("/switchvm", router.token(owner), Map.of("vmid", id, "mode", "maintenance"), key)
                        .code())
                .isEqualTo("idempotency.conflict");
        assertThat(status(id)).isEqualTo("RUNNING SECURE");
    }

    @Test
    void theSecureVolumeKeepsItsKeyAndNobodyButTheHostLearnsIt() throws Exception {
        String id = running();
        switchTo(id, "secure");
        awaitStatus(id, "RUNNING SECURE");
        router.execute("update capsule set secure_volume_mb = 48 where id = '" + id + "'");
        switchTo(id, "maintenance");
        awaitStatus(id, "RUNNING MAINTENANCE");
        switchTo(id, "secure");
        awaitStatus(id, "RUNNING SECURE");

        List<SecureVolume> volumes = volumes(id);
        assertThat(volumes).as("with the launch and two switches").hasSize(3);
        String key = volumes.getFirst().key();
        assertThat(volumes.getFirst().sizeMb()).as("as configured").isEqualTo(64);
        assertThat(volumes.getLast().sizeMb()).as("as the row has it").isEqualTo(48);
        assertThat(volumes.getLast().key()).isEqualTo(key);
        assertThat(Base64.getDecoder().decode(key)).hasSize(32);
        assertThat(show(id).encode()).doesNotContain(key);
        assertThat(everything()).doesNotContain(key);
        assertThat(router.sql("select position('" + key + "'::bytea in secure_volume_key) from capsule where id = '"
                        + id + "'"))
                .isEqualTo("0");

        post("/deletevm", id);
        awaitStatus(id, "DELETED NOT_DEFINED");
        assertThat(router.sql("select secure_volume_key is null from capsule where id = '" + id + "'"))
                .as("what was on the volume is gone for good")
                .isEqualTo("t");
    }

    @Test
    void twoCapsulesHaveTwoKeysAndOnesDoesNotOpenInTheOthersRow() throws Exception {
        String one = secure();
        String ones = volumes(one).getFirst().key();
        String other = secure();
        assertThat(volumes(other).getFirst().key()).isNotEqualTo(ones);
        switchTo(other, "maintenance");
        awaitStatus(other, "RUNNING MAINTENANCE");

        router.execute("update capsule set secure_volume_key = (select secure_volume_key from capsule where id = '"
                + one + "') where id = '" + other + "'");
        switchTo(other, "secure");
        String operation = "operation where capsule_id = '" + other + "' and sequence = 5";
        await().atMost(SOON)
                .until(() -> router.sql("select due_at > created_at from " + operation)
                        .equals("t"));

        assertThat(volumes(other))
                .as("none but at the launch and the first switch")
                .hasSize(2);
        assertThat(status(other)).isEqualTo("SWITCH_TO_SECURE_PENDING MAINTENANCE");
    }

    @Test
    void aSwitchThatTookBackWhatItHadDoneLeavesTheCapsuleWhereItIs() throws Exception {
        Map<Found, String> left = Map.of(
                Found.RUNNING_IN_MAINTENANCE, "RUNNING MAINTENANCE",
                Found.RUNNING_IN_SECURE, "RUNNING SECURE",
                Found.STOPPED, "SHUTDOWN NOT_DEFINED",
                Found.NOTHING, "ERROR NOT_DEFINED",
                Found.UNSAID, "ERROR NOT_DEFINED");
        for (String mode : List.of("secure", "maintenance")) {
            for (Map.Entry<Found, String> found : left.entrySet()) {
                String id = mode.equals("secure") ? running() : secure();
                fail(new Outcome.Failed(ROLLED_BACK, false, found.getKey()));

                String operation = switchTo(id, mode).body().getString("operation");
                awaitStatus(id, found.getValue());

                JsonObject shown = show(id).getJsonObject("operation");
                assertThat(shown.getString("id")).isEqualTo(operation);
                assertThat(shown.getString("status")).isEqualTo("FAILED");
                assertThat(shown.getJsonObject("error").getString("code")).isEqualTo("host.tool-failed");
                assertThat(router.sql("select count(*) from mode_receipt where operation_id = '" + operation + "'"))
                        .isEqualTo("0");
                succeedAgain();
            }
        }
    }

    @Test
    void aFailureThatMayPassIsTriedAgainAndTheLastOneCounts() throws Exception {
        String id = running();
        agent.behave(command -> command.command() instanceof Command.SwitchToSecure && command.attempt() == 1
                ? new Behaviour.Answer(
                        new CommandReply.Finished(new Outcome.Failed(ROLLED_BACK, true, Found.RUNNING_IN_MAINTENANCE)))
                : new Behaviour.Do(agent.done(command)));
        switchTo(id, "secure");
        awaitStatus(id, "RUNNING SECURE");

        fail(new Outcome.Failed(ROLLED_BACK, true, Found.RUNNING_IN_SECURE));
        String operation = switchTo(id, "maintenance").body().getString("operation");
        awaitStatus(id, "RUNNING SECURE");

        assertThat(router.sql("select state || ' ' || attempt from operation where id = '" + operation + "'"))
                .as("both of its attempts failed")
                .isEqualTo("FAILED 2");
    }

    @Test
    void aSwitchPastItsDeadlineIsForAPersonToLookAt() throws Exception {
        String id = running();
        agent.behave(command -> new Behaviour.AcceptAndForget());
        String operation = switchTo(id, "secure").body().getString("operation");
        router.execute("update operation set deadline = now(), due_at = now() where id = '" + operation + "'");

        awaitStatus(id, "ERROR NOT_DEFINED");

        agent.behave(command -> new Behaviour.Do(Outcome.Succeeded.found(
                command.command() instanceof Command.Inspect ? Found.RUNNING_IN_SECURE : Found.UNSAID)));
        router.post("/v1/capsules/" + id + "/recover", router.token("op", TokenRole.OPERATOR), Map.of());
        awaitStatus(id, "RUNNING SECURE");
    }

    @Test
    void keysThatChangeInSecureModeArePushedAnewAfterTheReturn() throws Exception {
        String id = running();
        post("/updateuserkey", owner, Map.of("pubkey", KeySyncIT.key("before")));
        String sharee = "sharee-" + UUID.randomUUID();
        post("/updateuserkey", sharee, Map.of("pubkey", KeySyncIT.key("sharee")));
        post("/addsharees", owner, Map.of("vmid", id, "sharees", "[{guid: '" + sharee + "'}]"));
        post("/updateusertou", sharee, Map.of("vmid", id, "tou", "true"));
        awaitPushes(id);
        switchTo(id, "secure");
        awaitStatus(id, "RUNNING SECURE");

        post("/deletesharees", owner, Map.of("vmid", id, "sharees", sharee));
        post("/updateuserkey", owner, Map.of("pubkey", KeySyncIT.key("after")));
        awaitPushes(id);
        long before = pushes(id).size();
        switchTo(id, "maintenance");
        awaitStatus(id, "RUNNING MAINTENANCE");
        awaitPushes(id);

        assertThat(pushes(id)).hasSizeGreaterThan((int) before);
        CommandEnvelope last = pushes(id).getLast();
        assertThat(((Command.SyncKeys) last.command()).sshKeys()).containsExactly(KeySyncIT.key("after"));
        assertThat(((Command.SyncKeys) last.command()).endSessions()).isTrue();
        assertThat(last.sequence()).as("bound to the switch back").isEqualTo(4);
    }

    @Test
    void keysArePushedAnewWhereAFailedSwitchLeftTheGuestOfTheCheckpoint() throws Exception {
        String id = secure();
        fail(new Outcome.Failed(ROLLED_BACK, false, Found.RUNNING_IN_MAINTENANCE));

        switchTo(id, "maintenance");
        awaitStatus(id, "RUNNING MAINTENANCE");

        await().atMost(SOON).until(() -> !pushes(id).isEmpty());
    }

    @Test
    void aSecureGuestThatDiedIsShutDown() throws Exception {
        String id = secure();

        observe(id, 3, Found.STOPPED);

        assertThat(status(id)).isEqualTo("SHUTDOWN NOT_DEFINED");
        post("/launchvm", id);
        awaitStatus(id, "RUNNING MAINTENANCE");
    }

    @Test
    void aGuestInAnotherModeThanItsCapsuleMakesTheCapsuleWhatItsUsersAreExposedTo() throws Exception {
        String id = secure();
        CapsuleId capsule = CapsuleId.parse(id);
        agent.observe(List.of(new CapsuleObservation(capsule, 3, true, Found.RUNNING_IN_MAINTENANCE)));
        agent.beat();
        agent.observe(List.of(new CapsuleObservation(capsule, 2, false, Found.RUNNING_IN_MAINTENANCE)));
        agent.beat();
        observe(id, 3, Found.RUNNING_IN_SECURE);
        observe(id, 3, Found.UNSAID);
        assertThat(status(id)).as("busy, older, no other, unknown").isEqualTo("RUNNING SECURE");

        observe(id, 3, Found.RUNNING_IN_MAINTENANCE);
        assertThat(status(id)).isEqualTo("RUNNING MAINTENANCE");
        await().atMost(SOON).until(() -> !pushes(id).isEmpty());
        observe(id, 3, Found.RUNNING_IN_SECURE);
        assertThat(status(id)).isEqualTo("RUNNING SECURE");

        assertThat(router.sql("select string_agg(detail, ', ' order by id) from audit where capsule_id = '" + id
                        + "' and action = 'mode_mismatch' and user_guid = 'system:inventory'"))
                .isEqualTo("RUNNING in SECURE was RUNNING in MAINTENANCE on host h1,"
                        + " RUNNING in MAINTENANCE was RUNNING in SECURE on host h1");
        assertThat(router.sql("select string_agg(detail->>'mode', ' ' order by id) from event where capsule_id = '" + id
                        + "' and kind = 'capsule.changed'"))
                .isEqualTo("MAINTENANCE SECURE");
        assertThat(receipts(id)).as("what was found is no receipt").isEqualTo("SECURE secure");
    }

    @Test
    void aCapsuleThatIsShutDownAndHasAGuestIsRunningInTheModeOfThat() throws Exception {
        String id = running();
        post("/stopvm", id);
        awaitStatus(id, "SHUTDOWN NOT_DEFINED");
        CapsuleId capsule = CapsuleId.parse(id);
        agent.observe(List.of(new CapsuleObservation(capsule, 3, true, Found.RUNNING_IN_MAINTENANCE)));
        agent.beat();
        observe(id, 2, Found.RUNNING_IN_MAINTENANCE);
        observe(id, 3, Found.STOPPED);
        observe(id, 3, Found.UNSAID);
        assertThat(status(id)).as("busy, older, no guest, unknown").isEqualTo("SHUTDOWN NOT_DEFINED");

        observe(id, 3, Found.RUNNING_IN_MAINTENANCE);
        assertThat(status(id)).isEqualTo("RUNNING MAINTENANCE");
        await().atMost(SOON).until(() -> !pushes(id).isEmpty());
        observe(id, 3, Found.STOPPED);
        assertThat(status(id)).isEqualTo("SHUTDOWN NOT_DEFINED");
        observe(id, 3, Found.RUNNING_IN_SECURE);
        assertThat(status(id)).isEqualTo("RUNNING SECURE");

        assertThat(router.sql("select string_agg(detail, ', ' order by id) from audit where capsule_id = '" + id
                        + "' and action = 'guest_found' and user_guid = 'system:inventory'"))
                .isEqualTo("SHUTDOWN was RUNNING in MAINTENANCE on host h1, SHUTDOWN was RUNNING in SECURE on host h1");
        assertThat(router.sql("select string_agg(detail->>'state', ' ' order by id) from event where capsule_id = '"
                        + id + "' and kind = 'capsule.changed'"))
                .isEqualTo("RUNNING SHUTDOWN RUNNING");
    }

    @Test
    void aCapsuleNoRouterMadeIsLeftAlone() throws Exception {
        String before = router.sql("select count(*) from capsule");

        observe(CapsuleId.random().toString(), 1, Found.RUNNING_IN_MAINTENANCE);

        assertThat(router.sql("select count(*) from capsule")).isEqualTo(before);
    }

    @Test
    void aMismatchWhileASwitchIsUnderWayIsNone() throws Exception {
        String id = running();
        agent.behave(command -> new Behaviour.AcceptAndForget());
        switchTo(id, "secure");

        observe(id, 3, Found.RUNNING_IN_SECURE);

        assertThat(status(id)).isEqualTo("SWITCH_TO_SECURE_PENDING MAINTENANCE");
    }

    @Test
    void aDeleteCancelsASwitchWhoseOutcomeComesTooLate() throws Exception {
        String id = running();
        agent.behave(command -> command.command() instanceof Command.SwitchToSecure
                ? new Behaviour.AcceptAndForget()
                : new Behaviour.Do(agent.done(command)));
        String operation = switchTo(id, "secure").body().getString("operation");
        await().atMost(SOON).until(() -> volumes(id).size() == 2);
        CommandEnvelope sent = agent.received().stream()
                .filter(seen -> seen.operation().toString().equals(operation))
                .findFirst()
                .orElseThrow();

        post("/deletevm", id);
        awaitStatus(id, "DELETED NOT_DEFINED");
        agent.report(agent.report(sent, agent.done(sent)));

        assertThat(status(id)).isEqualTo("DELETED NOT_DEFINED");
        assertThat(router.sql("select state from operation where id = '" + operation + "'"))
                .isEqualTo("CANCELLED");
        assertThat(receipts(id)).isEqualTo("null");
    }

    @Test
    void ofCommandsAtTheSameMomentOneIsDoneAndADeleteWins() throws Exception {
        agent.behave(
                command -> command.command() instanceof Command.Launch || command.command() instanceof Command.Create
                        ? new Behaviour.Do(agent.done(command))
                        : new Behaviour.AcceptAndForget());
        for (int time = 0; time < TIMES; time++) {
            String id = running();
            String ones = router.token(owner);
            List<String> answers = race(List.of(
                    () -> router.post("/switchvm", ones, Map.of("vmid", id, "mode", "secure")),
                    () -> router.post("/switchvm", ones, Map.of("vmid", id, "mode", "secure")),
                    () -> router.post("/stopvm", ones, Map.of("vmid", id))));
            assertThat(answers).containsExactlyInAnyOrder("ok", "capsule.invalid-state", "capsule.invalid-state");
            assertThat(router.sql("select count(*) from operation where sequence > 2 and capsule_id = '" + id + "'"))
                    .isEqualTo("1");

            String other = running();
            String others = router.token(owner);
            List<String> withDelete = race(List.of(
                    () -> router.post("/deletevm", others, Map.of("vmid", other)),
                    () -> router.post("/switchvm", others, Map.of("vmid", other, "mode", "secure"))));
            assertThat(withDelete.getFirst()).isEqualTo("ok");
            assertThat(withDelete.getLast()).isIn("ok", "capsule.invalid-state");
            assertThat(router.sql("select state from capsule where id = '" + other + "'"))
                    .isEqualTo("DELETE_PENDING");
        }
    }

    @Test
    void anExpiredCapsuleIsStoppedInSecureModeToo() throws Exception {
        String id = secure();
        router.execute("update capsule set type = 'DEMO', life_began_at = now() - interval '10 years',"
                + " expiry_stage = 'WARNED', expiry_stage_since = now() - interval '5 years', expiry_due_at = now()"
                + " where id = '" + id + "'");

        awaitStatus(id, "SHUTDOWN NOT_DEFINED");
    }

    private List<String> race(List<Callable<Answer>> calls) throws Exception {
        CountDownLatch go = new CountDownLatch(1);
        List<String> answers = new ArrayList<>();
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<Answer>> started = calls.stream()
                    .map(call -> threads.submit(() -> {
                        go.await();
                        return call.call();
                    }))
                    .toList();
            go.countDown();
            for (Future<Answer> one : started) {
                answers.add(one.get().status() == 200 ? "ok" : one.get().code());
            }
        }
        return answers;
    }

    private void fail(Outcome.Failed outcome) {
        agent.behave(command -> command.command() instanceof Command.SwitchToSecure
                        || command.command() instanceof Command.SwitchToMaintenance
                ? new Behaviour.Answer(new CommandReply.Finished(outcome))
                : new Behaviour.Do(agent.done(command)));
    }

    private void observe(String id, long sequence, Found found) throws Exception {
        agent.observe(List.of(new CapsuleObservation(CapsuleId.parse(id), sequence, false, found)));
        agent.beat();
    }

    private List<SecureVolume> volumes(String id) {
        return agent.received().stream()
                .map(CommandEnvelope::command)
                .filter(command -> command.spec().id().toString().equals(id))
                .flatMap(command -> switch (command) {
                    case Command.Launch launch -> launch.volume().stream();
                    case Command.SwitchToSecure secure -> Stream.of(secure.volume());
                    default -> Stream.empty();
                })
                .toList();
    }

    private List<CommandEnvelope> pushes(String id) {
        return agent.received().stream()
                .filter(seen -> seen.command() instanceof Command.SyncKeys push
                        && push.spec().id().toString().equals(id))
                .toList();
    }

    private void awaitPushes(String id) {
        router.awaitSql(
                "select count(*) from operation where kind = 'SYNC_KEYS' and state in ('QUEUED', 'RUNNING') and capsule_id = '"
                        + id + "'",
                "0");
    }

    private String receipts(String id) throws Exception {
        return router.sql(
                "select string_agg(mode || ' ' || coalesce(policy, '-'), ', ' order by number) from mode_receipt"
                        + " where capsule_id = '" + id + "'");
    }

    private String events(String id) throws Exception {
        return router.sql(
                "select string_agg(concat_ws(' ', detail->>'operationKind', detail->>'outcome', detail->>'state',"
                        + " detail->>'mode'), E'\\n' order by id) from event where capsule_id = '" + id + "'");
    }

    /** Every row of every table, as text. */
    private String everything() throws Exception {
        StringBuilder all = new StringBuilder();
        for (String table : List.of("capsule", "operation", "audit", "event", "idempotency", "mode_receipt")) {
            all.append(router.sql("select coalesce(string_agg(t::text, '|'), '') from " + table + " t"));
        }
        return all.toString();
    }

    private Answer switchTo(String id, String mode) throws Exception {
        return router.post("/switchvm", router.token(owner), Map.of("vmid", id, "mode", mode));
    }

    private Answer post(String path, String id) throws Exception {
        return post(path, owner, Map.of("vmid", id));
    }

    private Answer post(String path, String user, Map<String, String> form) throws Exception {
        Answer answer = router.post(path, router.token(user), form);
        assertThat(answer.status()).as(path + " " + answer.body()).isEqualTo(200);
        return answer;
    }

    private JsonObject show(String id) throws Exception {
        return post("/show", id).body().getJsonArray("status").getJsonObject(0);
    }

    private String running() throws Exception {
        owner = "owner-" + UUID.randomUUID();
        String id = post(
                        "/createvm",
                        owner,
                        Map.of(
                                "imageid", image,
                                "loginusername", "researcher",
                                "loginpassword", "correct-horse",
                                "vcpu", "1",
                                "memory", "256"))
                .body()
                .getString("vmid");
        awaitStatus(id, "SHUTDOWN NOT_DEFINED");
        post("/launchvm", id);
        awaitStatus(id, "RUNNING MAINTENANCE");
        return id;
    }

    private String secure() throws Exception {
        String id = running();
        switchTo(id, "secure");
        awaitStatus(id, "RUNNING SECURE");
        return id;
    }

    private String status(String id) throws Exception {
        return router.sql("select state || ' ' || mode from capsule where id = '" + id + "'");
    }

    private void awaitStatus(String id, String status) {
        router.awaitSql("select state || ' ' || mode from capsule where id = '" + id + "'", status);
    }
}
