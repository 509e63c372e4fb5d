package org.datacapsule.router;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.vertx.core.json.JsonArray;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Base64;
import java.util.Map;
import java.util.UUID;
import org.datacapsule.common.error.ErrorCode;
import org.datacapsule.common.error.Problem;
import org.datacapsule.common.wire.Capacity;
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

/** Keys follow who has access, into guests that run and those that are about to. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class KeySyncIT {
    private static final Duration SOON = Duration.ofSeconds(20);
    private static final String KEY = key("one");
    private static final String OTHER = key("two");

    private TestRouter router;
    private FakeAgent agent;
    private String image;
    private String owner = "";
    private String sharee = "";

    @BeforeAll
    void start(@TempDir Path directory) throws Exception {
        router = TestRouter.start(directory, Map.of("quota.vcpus", "1000", "quota.disk-gb", "10000"));
        agent = router.agent("h1", new Capacity(640, 1 << 20, 100_000), new PortRange(20_000, 6_000, 500));
        image = router.registerImage();
    }

    @AfterAll
    void stop() throws Exception {
        agent.close();
        router.close();
    }

    @AfterEach
    void succeedAgain() {
        agent.behave(command -> new Behaviour.Do(Outcome.Succeeded.DONE));
    }

    @Test
    void aKeySetChangedAndDeletedReachesTheRunningGuestOnly() throws Exception {
        String running = running();
        String stopped = create();

        Command.SyncKeys set = pushed(running, setKey(owner, KEY));
        assertThat(set.sshKeys()).containsExactly(KEY);
        assertThat(set.userName()).isEqualTo("researcher");
        assertThat(set.endSessions()).isFalse();

        Command.SyncKeys changed = pushed(running, setKey(owner, OTHER));
        assertThat(changed.sshKeys()).containsExactly(OTHER);
        assertThat(changed.endSessions()).as("the key before is no longer one").isTrue();

        Command.SyncKeys deleted = pushed(running, router.delete("/updateuserkey", router.token(owner)));
        assertThat(deleted.sshKeys()).isEmpty();
        assertThat(deleted.endSessions()).isTrue();
        assertThat(operations(router.delete("/updateuserkey", router.token(owner))))
                .isEmpty();
        assertThat(pushesTo(stopped)).isZero();
    }

    @Test
    void aSharedGuestHasTheKeysOfThoseWhoAcceptedItsTerms() throws Exception {
        String id = running();
        setKey(sharee, OTHER);
        assertThat(operations(share(id))).as("terms not accepted").isEmpty();

        assertThat(pushed(id, terms(id, true)).sshKeys()).containsExactly(OTHER);
        Command.SyncKeys withdrawn = pushed(id, terms(id, false));
        assertThat(withdrawn.sshKeys()).isEmpty();
        assertThat(withdrawn.endSessions()).isTrue();
        assertThat(pushed(id, terms(id, true)).sshKeys()).containsExactly(OTHER);

        Command.SyncKeys removed = pushed(id, post(owner, "/deletesharees", Map.of("vmid", id, "sharees", sharee)));
        assertThat(removed.sshKeys()).isEmpty();
        assertThat(removed.endSessions()).isTrue();
    }

    @Test
    void whoExitsIsOutOfTheGuest() throws Exception {
        String id = running();
        setKey(sharee, OTHER);
        share(id);
        pushed(id, terms(id, true));

        Command.SyncKeys exited = pushed(id, post(sharee, "/exitsharee", Map.of("vmid", id)));

        assertThat(exited.sshKeys()).isEmpty();
        assertThat(exited.endSessions()).isTrue();
    }

    @Test
    void aPushCarriesTheCapsulesSequenceAndIsNotItsOperation() throws Exception {
        String id = running();
        String operation = operations(setKey(owner, KEY)).getString(0);
        await().atMost(SOON).until(() -> state(operation).equals("SUCCEEDED"));

        CommandEnvelope envelope = agent.received().stream()
                .filter(seen -> seen.operation().toString().equals(operation))
                .findFirst()
                .orElseThrow();

        assertThat(envelope.sequence()).isEqualTo(2);
        assertThat(router.sql("select sequence from capsule where id = '" + id + "'"))
                .isEqualTo("2");
        assertThat(post(owner, "/show", Map.of("vmid", id))
                        .body()
                        .getJsonArray("status")
                        .getJsonObject(0)
                        .getJsonObject("operation")
                        .getString("kind"))
                .isEqualTo("LAUNCH");
        assertThat(router.get("/v1/operations/" + operation, router.token(owner))
                        .body()
                        .getString("kind"))
                .isEqualTo("SYNC_KEYS");
    }

    @Test
    void aGuestOutOfReachHarmsNothingAndIsTriedAgain() throws Exception {
        String id = running();
        Problem away = Problem.of(ErrorCode.HOST_HYPERVISOR_UNAVAILABLE, "No answer from the guest.");
        agent.behave(command -> command.command() instanceof Command.SyncKeys && command.attempt() < 3
                ? new Behaviour.Answer(new CommandReply.Finished(new Outcome.Failed(away, true)))
                : new Behaviour.Do(Outcome.Succeeded.DONE));

        String operation = operations(setKey(owner, KEY)).getString(0);

        await().atMost(SOON).until(() -> state(operation).equals("SUCCEEDED"));
        assertThat(status(id)).isEqualTo("RUNNING");
    }

    @Test
    void anAgentThatRefusesIsAskedAgainAndTheCapsuleGoesOn() throws Exception {
        String id = running();
        Problem unknown = Problem.of(ErrorCode.HOST_COMMAND_REFUSED, "No such command.");
        agent.behave(command -> command.command() instanceof Command.SyncKeys
                ? new Behaviour.Answer(new CommandReply.Refused(unknown))
                : new Behaviour.Do(Outcome.Succeeded.DONE));
        String operation = operations(setKey(owner, KEY)).getString(0);
        await().atMost(SOON).until(() -> pushesTo(id) > 1);

        assertThat(post(owner, "/stopvm", Map.of("vmid", id)).status())
                .as("it blocks no command")
                .isEqualTo(200);
        awaitStatus(id, "SHUTDOWN");

        await().atMost(SOON).until(() -> state(operation).equals("CANCELLED"));
        assertThat(status(id)).isEqualTo("SHUTDOWN");
    }

    @Test
    void pastItsDeadlineOnlyThePushHasFailed() throws Exception {
        String id = running();
        agent.behave(command -> new Behaviour.AcceptAndForget());
        String operation = operations(setKey(owner, KEY)).getString(0);
        router.execute("update operation set deadline = now(), due_at = now() where id = '" + operation + "'");

        await().atMost(SOON).until(() -> state(operation).equals("FAILED"));

        assertThat(status(id)).isEqualTo("RUNNING");
    }

    @Test
    void ofWhatADeletionCancelsEachHasItsEndInTheAuditLog() throws Exception {
        String id = running();
        agent.behave(command -> new Behaviour.AcceptAndForget());
        String push = operations(setKey(owner, KEY)).getString(0);
        String stop = post(owner, "/stopvm", Map.of("vmid", id)).body().getString("operation");

        post(owner, "/deletevm", Map.of("vmid", id));

        assertThat(state(push)).isEqualTo("CANCELLED");
        assertThat(state(stop)).isEqualTo("CANCELLED");
        assertThat(router.sql(
                        "select string_agg(distinct operation_id::text, ' ') from audit where outcome = 'CANCELLED'"
                                + " and operation_id in ('" + push + "', '" + stop + "')"))
                .contains(push, stop);
    }

    @Test
    void aKeyChangedWhileTheCapsuleLaunchesComesAfterTheLaunch() throws Exception {
        String id = created();
        agent.behave(command -> command.command() instanceof Command.Launch
                ? new Behaviour.AcceptAndForget()
                : new Behaviour.Do(Outcome.Succeeded.DONE));
        post(owner, "/launchvm", Map.of("vmid", id));
        await().atMost(SOON)
                .until(() -> agent.received().stream()
                        .anyMatch(seen -> seen.command() instanceof Command.Launch launch
                                && launch.spec().id().toString().equals(id)));
        Answer set = setKey(owner, KEY);
        assertThat(operations(set)).hasSize(1);
        assertThat(pushesTo(id)).as("there is no guest yet").isZero();

        agent.behave(command -> new Behaviour.Answer(new CommandReply.Finished(Outcome.Succeeded.DONE)));

        assertThat(pushed(id, set).sshKeys()).containsExactly(KEY);
    }

    @Test
    void ofTwoPushesTheSecondWaitsForTheFirstAndTheFirstHasTheNewestKeys() throws Exception {
        String id = running();
        agent.behave(command -> new Behaviour.AcceptAndForget());
        String first = operations(setKey(owner, KEY)).getString(0);
        await().atMost(SOON).until(() -> pushesTo(id) == 1);
        String second = operations(setKey(owner, OTHER)).getString(0);
        await().atMost(SOON).until(() -> pushesTo(id) > 1);

        assertThat(agent.received().stream().map(seen -> seen.operation().toString()))
                .doesNotContain(second);
        Command.SyncKeys again = (Command.SyncKeys) agent.received().stream()
                .filter(seen -> seen.operation().toString().equals(first))
                .reduce((one, next) -> next)
                .orElseThrow()
                .command();
        assertThat(again.sshKeys()).containsExactly(OTHER);
        assertThat(again.endSessions()).as("as the second wants").isTrue();

        agent.behave(command -> new Behaviour.Answer(new CommandReply.Finished(Outcome.Succeeded.DONE)));
        await().atMost(SOON).until(() -> state(second).equals("SUCCEEDED"));
    }

    @Test
    void anOperatorPushesIntoOneGuestOrAll() throws Exception {
        String id = running();
        String operator = router.token("op", TokenRole.OPERATOR);

        assertThat(operations(router.put("/updateuserkey", operator, Map.of("vmid", id))))
                .hasSize(1);
        assertThat(operations(router.put("/updateuserkey", operator, Map.of()))).hasSizeGreaterThanOrEqualTo(1);
        assertThat(operations(router.put("/updateuserkey", operator, Map.of("vmid", created()))))
                .isEmpty();
        assertThat(router.put(
                                "/updateuserkey",
                                operator,
                                Map.of("vmid", UUID.randomUUID().toString()))
                        .code())
                .isEqualTo("capsule.not-found");
        assertThat(router.put("/updateuserkey", router.token(owner), Map.of()).code())
                .isEqualTo("capsule.permission-denied");
    }

    private Command.SyncKeys pushed(String id, Answer answer) {
        assertThat(answer.status()).isEqualTo(200);
        assertThat(operations(answer)).hasSize(1);
        String operation = operations(answer).getString(0);
        await().atMost(SOON).until(() -> state(operation).equals("SUCCEEDED"));
        Command.SyncKeys command = (Command.SyncKeys) agent.received().stream()
                .filter(seen -> seen.operation().toString().equals(operation))
                .reduce((first, last) -> last)
                .orElseThrow()
                .command();
        assertThat(command.spec().id()).hasToString(id);
        return command;
    }

    private long pushesTo(String id) {
        return agent.received().stream()
                .filter(seen -> seen.command() instanceof Command.SyncKeys push
                        && push.spec().id().toString().equals(id))
                .count();
    }

    private static JsonArray operations(Answer answer) {
        return answer.body().getJsonArray("operations");
    }

    private String state(String operation) throws Exception {
        return router.sql("select state from operation where id = '" + operation + "'");
    }

    private String status(String id) throws Exception {
        return router.sql("select state from capsule where id = '" + id + "'");
    }

    private void awaitStatus(String id, String state) {
        await().atMost(SOON)
                .pollInterval(Duration.ofMillis(20))
                .until(() -> status(id).equals(state));
    }

    private Answer post(String user, String path, Map<String, String> form) throws Exception {
        return router.post(path, router.token(user), form);
    }

    private Answer setKey(String user, String key) throws Exception {
        return post(user, "/updateuserkey", Map.of("pubkey", key));
    }

    private Answer share(String id) throws Exception {
        return post(owner, "/addsharees", Map.of("vmid", id, "sharees", "[{guid: '" + sharee + "'}]"));
    }

    private Answer terms(String id, boolean accepted) throws Exception {
        return post(sharee, "/updateusertou", Map.of("vmid", id, "tou", Boolean.toString(accepted)));
    }

    private String created() throws Exception {
        owner = "owner-" + UUID.randomUUID();
        sharee = "sharee-" + UUID.randomUUID();
        return create();
    }

    private String create() throws Exception {
        String id = post(
                        owner,
                        "/createvm",
                        Map.of(
                                "imageid", image,
                                "loginusername", "researcher",
                                "loginpassword", "correct-horse",
                                "vcpu", "1",
                                "memory", "256"))
                .body()
                .getString("vmid");
        awaitStatus(id, "SHUTDOWN");
        return id;
    }

    private String running() throws Exception {
        String id = created();
        post(owner, "/launchvm", Map.of("vmid", id));
        awaitStatus(id, "RUNNING");
        return id;
    }

    /** Well formed, which is all a router looks at. */
    static String key(String name) {
        byte[] type = "ssh-ed25519".getBytes(StandardCharsets.US_ASCII);
        byte[] key = (name + "-".repeat(32)).substring(0, 32).getBytes(StandardCharsets.US_ASCII);
        ByteBuffer blob = ByteBuffer.allocate(8 + type.length + key.length);
        blob.putInt(type.length).put(type).putInt(key.length).put(key);
        return "ssh-ed25519 " + Base64.getEncoder().encodeToString(blob.array()) + " " + name;
    }
}
