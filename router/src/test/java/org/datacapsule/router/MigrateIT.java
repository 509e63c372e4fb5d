package org.datacapsule.router;

import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.Stream;
import org.datacapsule.common.capsule.CapsuleEvent.Found;
import org.datacapsule.common.capsule.CapsuleMode;
import org.datacapsule.common.error.ErrorCode;
import org.datacapsule.common.error.Problem;
import org.datacapsule.common.id.CapsuleId;
import org.datacapsule.common.id.HostId;
import org.datacapsule.common.id.ResultId;
import org.datacapsule.common.id.Sha256;
import org.datacapsule.common.wire.Capacity;
import org.datacapsule.common.wire.Command;
import org.datacapsule.common.wire.CommandEnvelope;
import org.datacapsule.common.wire.Outcome;
import org.datacapsule.common.wire.PortRange;
import org.datacapsule.common.wire.ResultMessage;
import org.datacapsule.common.wire.ResultReply;
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
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Migrations as the router sees them, between two hosts whose agents say what the test wants. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class MigrateIT {
    private static final Problem REFUSED = Problem.of(ErrorCode.HOST_HYPERVISOR_FAILED, "libvirt refused.");

    private TestRouter router;
    private FakeAgent one;
    private FakeAgent two;
    private String image;
    private String owner = "";
    private String operator = "";

    @BeforeAll
    void start(@TempDir Path directory) throws Exception {
        router = TestRouter.start(
                directory,
                Map.of(
                        "operations.attempts", "2",
                        "quota.vcpus", "10000",
                        "quota.memory-mb", "1000000",
                        "quota.disk-gb", "100000"));
        one = router.agent("h1", new Capacity(6400, 1 << 24, 1_000_000), new PortRange(20_000, 6_000, 500));
        two = router.agent("h2", new Capacity(6400, 1 << 24, 1_000_000), new PortRange(21_000, 7_000, 500));
        image = router.registerImage();
        operator = router.token("otto", TokenRole.OPERATOR);
    }

    @AfterAll
    void stop() throws Exception {
        one.close();
        two.close();
        router.close();
    }

    @AfterEach
    void succeedAgain() throws Exception {
        router.change(false, List.of("update host set enabled = true"));
        one.behave(command -> new Behaviour.Do(one.done(command)));
        two.behave(command -> new Behaviour.Do(two.done(command)));
    }

    @Test
    void aRunningCapsuleMovesLive() throws Exception {
        String id = running();
        String from = host(id);
        int portThere = ports(id);

        Answer started = migrate(id, other(from));
        assertThat(started.status()).as(started.body().encode()).isEqualTo(200);
        assertThat(started.body().getString("state")).isEqualTo("MIGRATE_PENDING");
        awaitStatus(id, "RUNNING MAINTENANCE");

        assertThat(host(id)).isEqualTo(other(from));
        assertThat(router.sql("select generation::text from capsule where id = '" + id + "'"))
                .isEqualTo("2");
        JsonObject migration = migration(started);
        assertThat(migration.getString("result")).isEqualTo("MOVED");
        assertThat(migration.getBoolean("live")).isTrue();
        assertThat(migration.getLong("totalMs")).isEqualTo(600);
        assertThat(migration.getLong("downtimeMs")).isEqualTo(134);
        assertThat(commands(agent(other(from)), id)).containsExactly("Receive", "MakeReady", "TakeOver");
        awaitEvicted(id, from);
        assertThat(commands(agent(from), id)).endsWith("SendFiles", "SendAway", "Evict");
        assertThat(last(agent(from), id).command().spec().sshPort()).isEqualTo(portThere);
        assertThat(router.sql("select count(*)::text from host_port where capsule_id = '" + id + "'"))
                .isEqualTo("1");
        assertThat(show(id).getInteger("sshport")).isEqualTo(ports(id));
    }

    @Test
    void aCapsuleThatIsShutDownMovesAsFiles() throws Exception {
        String id = shutDown();
        String from = host(id);

        Answer started = migrate(id, other(from));
        awaitStatus(id, "SHUTDOWN NOT_DEFINED");

        assertThat(host(id)).isEqualTo(other(from));
        assertThat(migration(started).getBoolean("live")).isFalse();
        assertThat(post("/launchvm", id).status()).isEqualTo(200);
        awaitStatus(id, "RUNNING MAINTENANCE");
        assertThat(commands(agent(other(from)), id)).endsWith("Launch");
        CommandEnvelope launched = last(agent(other(from)), id);
        assertThat(launched.generation()).isEqualTo(2);
        assertThat(launched.command().spec().sshPort()).isEqualTo(ports(id));
    }

    @Test
    void aCapsuleInSecureModeMovesAndItsNewHostTestifies() throws Exception {
        String id = secure();
        String from = host(id);

        Answer started = migrate(id, other(from));
        awaitStatus(id, "RUNNING SECURE");

        assertThat(migration(started).getString("result")).isEqualTo("MOVED");
        assertThat(host(id)).isEqualTo(other(from));
        awaitEvicted(id, from);
        assertThat(commands(agent(other(from)), id)).containsExactly("Receive", "MakeReady", "TakeOver");
        List<JsonObject> receipts =
                router.get("/v1/capsules/" + id + "/receipts", operator).body().getJsonArray("receipts").stream()
                        .map(JsonObject.class::cast)
                        .toList();
        assertThat(receipts).extracting(it -> it.getString("host")).containsExactly(other(from), from);
        assertThat(receipts).extracting(it -> it.getString("mode")).containsExactly("SECURE", "SECURE");
        assertThat(agent(other(from)).received().stream()
                        .map(CommandEnvelope::command)
                        .filter(command -> command instanceof Command.MakeReady ready
                                && ready.spec().id().toString().equals(id)
                                && ready.volume().isPresent()))
                .isNotEmpty();
        assertThat(post("/stopvm", id).status()).isEqualTo(200);
        awaitStatus(id, "SHUTDOWN NOT_DEFINED");
    }

    /** It may be on that host's disk still, and a host that is refused drops it. */
    @Test
    void whatItHandedInBeforeItMovedIsTakenFromTheHostItLeft() throws Exception {
        String id = secure();
        String from = host(id);
        migrate(id, other(from));
        awaitStatus(id, "RUNNING SECURE");

        assertThat(handIn(id, from, 1)).isEqualTo(new ResultReply.SendFrom(0));
        assertThat(handIn(id, other(from), 2)).isEqualTo(new ResultReply.SendFrom(0));
        assertThat(handIn(id, from, 2)).isInstanceOf(ResultReply.Refused.class);
        assertThat(handIn(id, other(from), 1)).isInstanceOf(ResultReply.Refused.class);
    }

    private ResultReply handIn(String id, String host, long generation) throws Exception {
        return agent(host)
                .ship(new ResultMessage.Begin(
                        ResultId.random(),
                        CapsuleId.parse(id),
                        new HostId(host),
                        generation,
                        10,
                        new Sha256("0a".repeat(32)),
                        Instant.now()));
    }

    @Test
    void withoutAReceiptOfTheNewHostNobodyBelievesThatItIsInSecureMode() throws Exception {
        String id = secure();
        String from = host(id);
        agent(other(from))
                .behave(command -> new Behaviour.Do(
                        command.command() instanceof Command.TakeOver
                                ? Outcome.Succeeded.DONE
                                : agent(other(from)).done(command)));

        Answer started = migrate(id, other(from));
        awaitStatus(id, "ERROR NOT_DEFINED");

        assertThat(host(id)).isEqualTo(other(from));
        assertThat(operation(started).encode()).contains("host.receipt-invalid");
    }

    static Stream<Arguments> failures() {
        return Stream.of(
                Arguments.of(CapsuleMode.MAINTENANCE, Command.Receive.class, Found.UNSAID),
                Arguments.of(CapsuleMode.MAINTENANCE, Command.SendFiles.class, Found.UNSAID),
                Arguments.of(CapsuleMode.SECURE, Command.MakeReady.class, Found.UNSAID),
                Arguments.of(CapsuleMode.MAINTENANCE, Command.SendAway.class, Found.RUNNING_IN_MAINTENANCE),
                Arguments.of(CapsuleMode.SECURE, Command.SendAway.class, Found.RUNNING_IN_SECURE));
    }

    @ParameterizedTest
    @MethodSource("failures")
    void whatFailsBeforeItHasLeftLeavesItAsItWasAndTheTargetEmpty(
            CapsuleMode mode, Class<? extends Command> failing, Found found) throws Exception {
        String id = mode == CapsuleMode.SECURE ? secure() : running();
        String from = host(id);
        fail(one, failing, found);
        fail(two, failing, found);

        Answer started = migrate(id, other(from));
        awaitStatus(id, "RUNNING " + mode);

        assertThat(host(id)).isEqualTo(from);
        assertThat(migration(started).getString("result")).isEqualTo("TAKEN_BACK");
        assertThat(operation(started).getString("status")).isEqualTo("FAILED");
        assertThat(operation(started).encode()).contains("libvirt refused.");
        awaitEvicted(id, other(from));
        assertThat(commands(agent(other(from)), id)).endsWith("Evict");
        assertThat(post("/stopvm", id).status()).isEqualTo(200);
        awaitStatus(id, "SHUTDOWN NOT_DEFINED");
    }

    /** An agent that was killed at the wrong moment, or a cancellation that came as the guest was leaving. */
    @Test
    void whatTheSourceDoesNotKnowTheTargetIsAsked() throws Exception {
        String id = running();
        String from = host(id);
        fail(agent(from), Command.SendAway.class, Found.UNSAID);

        Answer started = migrate(id, other(from));
        awaitStatus(id, "RUNNING MAINTENANCE");

        assertThat(migration(started).getString("result")).isEqualTo("MOVED");
        assertThat(host(id)).isEqualTo(other(from));
    }

    @Test
    void aGuestThatEndedBeforeItWasSentIsShutDown() throws Exception {
        String id = running();
        String from = host(id);
        fail(agent(from), Command.SendAway.class, Found.STOPPED);

        migrate(id, other(from));
        awaitStatus(id, "SHUTDOWN NOT_DEFINED");

        assertThat(host(id)).isEqualTo(from);
        awaitEvicted(id, other(from));
    }

    @Test
    void whereNobodyKnowsNothingIsRemovedAndAPersonIsTold() throws Exception {
        String id = running();
        String from = host(id);
        fail(agent(from), Command.SendAway.class, Found.UNSAID);
        fail(agent(other(from)), Command.TakeOver.class, Found.UNSAID);

        Answer started = migrate(id, other(from));
        awaitStatus(id, "ERROR NOT_DEFINED");

        assertThat(operation(started).encode()).contains("migration.unknown", "host " + from, "Nothing was removed");
        assertThat(router.sql("select count(*)::text from eviction where capsule_id = '" + id + "'"))
                .isEqualTo("0");
    }

    @Test
    void aMigrationIsCancelledWhileItsCapsuleIsStillThere() throws Exception {
        String id = running();
        String from = host(id);
        agent(from).behave(command -> switch (command.command()) {
            case Command.SendAway away -> new Behaviour.AcceptAndForget();
            case Command.Stay stay -> new Behaviour.Do(Outcome.Succeeded.found(Found.RUNNING_IN_MAINTENANCE));
            default -> new Behaviour.Do(agent(from).done(command));
        });
        Answer started = migrate(id, other(from));
        String operation = started.body().getString("operation");
        router.awaitSql("select phase from migration where operation_id = '" + operation + "'", "SEND_AWAY");

        assertThat(show(id).getJsonObject("migration"))
                .isEqualTo(new JsonObject()
                        .put("from", from)
                        .put("to", other(from))
                        .put("live", true)
                        .put("phase", "SEND_AWAY"));

        Answer cancelled = router.delete("/v1/migrations/" + operation, operator);
        assertThat(cancelled.status()).as(cancelled.body().encode()).isEqualTo(200);
        awaitStatus(id, "RUNNING MAINTENANCE");

        assertThat(host(id)).isEqualTo(from);
        assertThat(operation(started).getString("status")).isEqualTo("CANCELLED");
        assertThat(operation(cancelled).getString("status")).isEqualTo("SUCCEEDED");
        awaitEvicted(id, other(from));
        assertThat(router.delete("/v1/migrations/" + operation, operator).code())
                .isEqualTo("migration.not-found");
    }

    @Test
    void aCapsuleDeletedOnItsWayIsRemovedFromBoth() throws Exception {
        String id = running();
        String from = host(id);
        forget(agent(from), Command.SendAway.class);
        Answer started = migrate(id, other(from));
        router.awaitSql(
                "select phase from migration where operation_id = '"
                        + started.body().getString("operation") + "'",
                "SEND_AWAY");

        assertThat(post("/deletevm", id).status()).isEqualTo(200);
        awaitStatus(id, "DELETED NOT_DEFINED");

        awaitEvicted(id, other(from));
        assertThat(commands(agent(from), id)).endsWith("Delete");
        router.awaitSql("select count(*)::text from host_port where capsule_id = '" + id + "'", "0");
    }

    @Test
    void aCapsuleDeletedWhereverItMayBeIsRemovedFromBoth() throws Exception {
        String id = running();
        String from = host(id);
        fail(agent(from), Command.SendAway.class, Found.UNSAID);
        fail(agent(other(from)), Command.TakeOver.class, Found.UNSAID);
        migrate(id, other(from));
        awaitStatus(id, "ERROR NOT_DEFINED");
        long there = generation(agent(other(from)), id, Command.TakeOver.class);

        assertThat(post("/deletevm", id).status()).isEqualTo(200);
        awaitStatus(id, "DELETED NOT_DEFINED");

        awaitEvicted(id, other(from));
        assertThat(commands(agent(other(from)), id)).endsWith("Evict");
        assertThat(generation(agent(other(from)), id, Command.Evict.class)).isEqualTo(there);
    }

    private static long generation(FakeAgent agent, String id, Class<? extends Command> command) {
        return agent.received().stream()
                .filter(it -> it.command().spec().id().toString().equals(id) && command.isInstance(it.command()))
                .map(CommandEnvelope::generation)
                .reduce((one, next) -> next)
                .orElseThrow();
    }

    @Test
    void whatCannotBeMovedIsRefusedWithTheReason() throws Exception {
        String id = running();
        String from = host(id);
        assertThat(migrate(id, from).code()).isEqualTo("host.unsuitable");
        assertThat(migrate(id, "nowhere").code()).isEqualTo("host.not-found");
        assertThat(migrate(UUID.randomUUID().toString(), other(from)).code()).isEqualTo("capsule.not-found");
        assertThat(router.post("/migratevm", router.token(owner), Map.of("vmid", id, "host", other(from)))
                        .status())
                .isEqualTo(403);
        forget(agent(from), Command.SwitchToSecure.class);
        switchToSecure(id);
        Answer busy = migrate(id, other(from));
        assertThat(busy.code()).isEqualTo("capsule.invalid-state");
        assertThat(busy.body().getString("description")).contains("SWITCH_TO_SECURE_PENDING");
        assertThat(router.sql("select count(*)::text from migration where capsule_id = '" + id + "'"))
                .isEqualTo("0");
    }

    @Test
    void aCapsuleInSecureModeIsNotMovedByHand() throws Exception {
        String id = secure();
        String to = other(host(id));
        int free = freePort(to);

        Answer refused = record(id, to, free, vncOf(to, free));

        assertThat(refused.code()).isEqualTo("capsule.invalid-state");
        assertThat(refused.body().getString("description")).contains("by hand");
    }

    @Test
    void aCapsuleMovedByHandIsWrittenDownOnceBothHostsHaveBeenAsked() throws Exception {
        String id = shutDown();
        String from = host(id);
        FakeAgent there = agent(other(from));
        finds(agent(from), Found.STOPPED);
        finds(there, Found.STOPPED);
        int free = freePort(other(from));

        Answer wrong = record(id, other(from), free, 1);
        assertThat(wrong.code()).isEqualTo("host.unsuitable");
        Answer started = record(id, other(from), free, vncOf(other(from), free));
        assertThat(started.status()).as(started.body().encode()).isEqualTo(200);
        awaitStatus(id, "SHUTDOWN NOT_DEFINED");

        assertThat(host(id)).isEqualTo(other(from));
        assertThat(ports(id)).isEqualTo(free);
        assertThat(router.sql("select count(*)::text from host_port where capsule_id = '" + id + "'"))
                .isEqualTo("1");
        assertThat(commands(agent(from), id)).endsWith("Inspect");
        assertThat(router.sql("select count(*)::text from eviction where capsule_id = '" + id + "'"))
                .isEqualTo("0");
    }

    /** It would remove what was brought there, and free the ports that the capsule has from now on. */
    @Test
    void nothingIsWrittenDownAsMovedToAHostThatIsToldToRemoveIt() throws Exception {
        String id = shutDown();
        String to = other(host(id));
        int free = freePort(to);
        router.change(false, List.of("""
                insert into eviction (id, capsule_id, host_id, generation, sequence, request_id, work, due_at)
                values (gen_random_uuid(), '%s', '%s', 1, 1, 'request-1', 'REMOVE', now() + interval '1 hour')
                """.formatted(id, to)));

        Answer refused = record(id, to, free, vncOf(to, free));

        assertThat(refused.code()).isEqualTo("host.unsuitable");
        assertThat(refused.body().getString("description")).contains("still has files of the capsule from before");
        router.change(false, List.of("delete from eviction where capsule_id = '" + id + "'"));
        assertThat(record(id, to, free, vncOf(to, free)).status()).isEqualTo(200);
    }

    @Test
    void aCapsuleThatStillRunsWhereItWasIsNotWrittenDownAsMoved() throws Exception {
        String id = running();
        String from = host(id);
        finds(agent(from), Found.RUNNING_IN_MAINTENANCE);
        int free = freePort(other(from));

        Answer started = record(id, other(from), free, vncOf(other(from), free));
        awaitStatus(id, "RUNNING MAINTENANCE");

        assertThat(host(id)).isEqualTo(from);
        assertThat(operation(started).encode()).contains("still runs on host " + from);
        assertThat(router.sql("select count(*)::text from host_port where capsule_id = '" + id + "'"))
                .isEqualTo("1");
    }

    /** Whoever got no answer asks again, perhaps another router. */
    @Test
    void aDrainThatIsAskedForAgainSaysWhatMovesAlready() throws Exception {
        String moving = running();
        String from = host(moving);
        forget(agent(from), Command.SendFiles.class);
        JsonArray first = drain(from).getJsonArray("moving");

        JsonObject again = drain(from);

        assertThat(first.encode()).contains(moving);
        assertThat(again.getJsonArray("moving").encode()).contains(operationOf(first, moving));
        assertThat(again.getJsonArray("staying").encode()).doesNotContain(moving);
    }

    /** Takes these commands and never says what became of them. */
    private static void forget(FakeAgent agent, Class<? extends Command> kind) {
        agent.behave(command -> kind.isInstance(command.command())
                ? new Behaviour.AcceptAndForget()
                : new Behaviour.Do(agent.done(command)));
    }

    private static String operationOf(JsonArray moving, String capsule) {
        return moving.stream()
                .map(JsonObject.class::cast)
                .filter(each -> each.getString("vmid").equals(capsule))
                .findFirst()
                .orElseThrow()
                .getString("operation");
    }

    private JsonObject drain(String host) throws Exception {
        Answer drained = router.post("/v1/hosts/" + host + "/drain", operator, Map.of());
        assertThat(drained.status()).as(drained.body().encode()).isEqualTo(200);
        return drained.body();
    }

    @Test
    void aHostIsDrainedWithoutStoppingACapsule() throws Exception {
        String busy = running();
        String from = host(busy);
        String secure = secure();
        while (!host(secure).equals(from)) {
            secure = secure();
        }
        String switching = running();
        while (!host(switching).equals(from)) {
            switching = running();
        }
        forget(agent(from), Command.SwitchToSecure.class);
        switchToSecure(switching);

        JsonObject drained = drain(from);

        assertThat(drained.getJsonArray("moving").encode())
                .contains(busy, secure)
                .doesNotContain(switching);
        assertThat(drained.getJsonArray("staying").encode()).contains(switching, "SWITCH_TO_SECURE_PENDING");
        awaitStatus(busy, "RUNNING MAINTENANCE");
        awaitStatus(secure, "RUNNING SECURE");
        assertThat(host(busy)).isEqualTo(other(from));
        assertThat(host(secure)).isEqualTo(other(from));
        assertThat(host(shutDown())).isEqualTo(other(from));

        Answer enabled = router.put("/v1/hosts/" + from, operator, Map.of("enabled", "true"));
        assertThat(enabled.body().encode()).contains("\"enabled\":true");
        assertThat(router.put("/v1/hosts/nowhere", operator, Map.of("enabled", "true"))
                        .code())
                .isEqualTo("host.not-found");
    }

    private void finds(FakeAgent agent, Found found) {
        agent.behave(command -> new Behaviour.Do(
                command.command() instanceof Command.Inspect ? Outcome.Succeeded.found(found) : agent.done(command)));
    }

    private void fail(FakeAgent agent, Class<? extends Command> command, Found found) {
        agent.behave(it -> new Behaviour.Do(
                command.isInstance(it.command()) ? new Outcome.Failed(REFUSED, false, found) : agent.done(it)));
    }

    private Answer migrate(String id, String host) throws Exception {
        return router.post("/migratevm", operator, Map.of("vmId", id, "host", host));
    }

    private Answer record(String id, String host, int ssh, int vnc) throws Exception {
        return router.put(
                "/migratevm", operator, Map.of("vmId", id, "host", host, "sshport", "" + ssh, "vncport", "" + vnc));
    }

    private JsonObject migration(Answer started) throws Exception {
        return router.get("/v1/migrations", operator).body().getJsonArray("migrations").stream()
                .map(JsonObject.class::cast)
                .filter(it -> it.getString("id").equals(started.body().getString("operation")))
                .findFirst()
                .orElseThrow();
    }

    private JsonObject operation(Answer started) throws Exception {
        return router.get("/v1/operations/" + started.body().getString("operation"), operator)
                .body();
    }

    private void awaitEvicted(String id, String host) {
        router.awaitSql(
                "select count(*)::text from eviction where capsule_id = '" + id + "' and host_id = '" + host + "'",
                "0");
        router.awaitSql(
                "select count(*)::text from host_port where capsule_id = '" + id + "' and host_id = '" + host + "'",
                "0");
    }

    private static List<String> commands(FakeAgent agent, String id) {
        return agent.received().stream()
                .filter(it -> it.command().spec().id().toString().equals(id))
                .map(it -> it.command().getClass().getSimpleName())
                .distinct()
                .toList();
    }

    private static CommandEnvelope last(FakeAgent agent, String id) {
        return agent.received().stream()
                .filter(it -> it.command().spec().id().toString().equals(id))
                .reduce((before, it) -> it)
                .orElseThrow();
    }

    private FakeAgent agent(String host) {
        return host.equals("h1") ? one : two;
    }

    private static String other(String host) {
        return host.equals("h1") ? "h2" : "h1";
    }

    private String host(String id) throws Exception {
        return router.sql("select host_id from capsule where id = '" + id + "'");
    }

    private int ports(String id) throws Exception {
        return Integer.parseInt(router.sql("select ssh_port::text from capsule where id = '" + id + "'"));
    }

    private int freePort(String host) throws Exception {
        return Integer.parseInt(router.sql(
                "select max(ssh_port)::text from host_port where capsule_id is null and host_id = '" + host + "'"));
    }

    private int vncOf(String host, int ssh) throws Exception {
        return Integer.parseInt(router.sql(
                "select vnc_port::text from host_port where host_id = '" + host + "' and ssh_port = " + ssh));
    }

    private String shutDown() throws Exception {
        owner = "owner-" + UUID.randomUUID();
        Answer created = router.post(
                "/createvm",
                router.token(owner),
                Map.of(
                        "imageid", image,
                        "loginusername", "researcher",
                        "loginpassword", "correct-horse",
                        "vcpu", "1",
                        "memory", "256"));
        assertThat(created.status()).as(created.body().encode()).isEqualTo(200);
        String id = created.body().getString("vmid");
        awaitStatus(id, "SHUTDOWN NOT_DEFINED");
        return id;
    }

    private String running() throws Exception {
        String id = shutDown();
        assertThat(post("/launchvm", id).status()).isEqualTo(200);
        awaitStatus(id, "RUNNING MAINTENANCE");
        return id;
    }

    private String secure() throws Exception {
        String id = running();
        switchToSecure(id);
        awaitStatus(id, "RUNNING SECURE");
        return id;
    }

    private void switchToSecure(String id) throws Exception {
        assertThat(router.post("/switchvm", router.token(owner), Map.of("vmid", id, "mode", "secure"))
                        .status())
                .isEqualTo(200);
    }

    private JsonObject show(String id) throws Exception {
        return router.post("/show", router.token(owner), Map.of("vmid", id))
                .body()
                .getJsonArray("status")
                .getJsonObject(0);
    }

    private Answer post(String path, String id) throws Exception {
        return router.post(path, router.token(owner), Map.of("vmid", id));
    }

    private void awaitStatus(String id, String wanted) {
        router.awaitSql("select state || ' ' || mode from capsule where id = '" + id + "'", wanted);
    }
}
