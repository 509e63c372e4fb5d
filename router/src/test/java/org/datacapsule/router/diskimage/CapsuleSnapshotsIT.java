package org.datacapsule.router.diskimage;

import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.json.JsonObject;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.datacapsule.common.capsule.CapsuleEvent.Found;
import org.datacapsule.common.error.ErrorCode;
import org.datacapsule.common.error.Problem;
import org.datacapsule.common.id.SnapshotId;
import org.datacapsule.common.wire.Capacity;
import org.datacapsule.common.wire.Command;
import org.datacapsule.common.wire.CommandEnvelope;
import org.datacapsule.common.wire.Outcome;
import org.datacapsule.common.wire.PortRange;
import org.datacapsule.router.http.TokenRole;
import org.datacapsule.router.testing.FakeAgent;
import org.datacapsule.router.testing.FakeAgent.Behaviour;
import org.datacapsule.router.testing.TestRouter;
import org.datacapsule.router.testing.TestRouter.Answer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** /v1/capsules/{id}/snapshots: from the request to what is listed, and every way it may end otherwise. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class CapsuleSnapshotsIT {
    private TestRouter router;
    private FakeAgent agent;
    private FakeAgent other;
    private String image;
    private String operator;
    private String token;
    private String capsule;

    @BeforeAll
    void start(@TempDir Path directory) throws Exception {
        router = TestRouter.start(
                directory,
                Map.of(
                        "quota.disk-gb", "10000",
                        "quota.vcpus", "1000",
                        "operations.attempts", "1",
                        "capsules.most-snapshots", "2"));
        agent = router.agent("h1", new Capacity(1000, 1 << 20, 100_000), new PortRange(20_000, 6_000, 500));
        other = router.agent("h2", new Capacity(1, 1, 1), new PortRange(30_000, 12_000, 5));
        image = router.registerImage();
        operator = router.token("operator", TokenRole.OPERATOR);
        token = router.token("alice");
    }

    @AfterAll
    void stop() throws Exception {
        agent.close();
        other.close();
        router.close();
    }

    @BeforeEach
    void aCapsuleThatIsShutDown() throws Exception {
        agent.behave(command -> new Behaviour.Do(agent.done(command)));
        Answer created = router.post(
                "/createvm",
                token,
                Map.of(
                        "imageid", image,
                        "loginusername", "alice",
                        "loginpassword", "correct-horse-1",
                        "vcpu", "1",
                        "memory", "512"));
        assertThat(created.status()).as(created.body().encode()).isEqualTo(200);
        capsule = created.body().getString("vmid");
        await("SHUTDOWN");
    }

    @Test
    void oneIsTakenListedRevertedToAndDeleted() throws Exception {
        Answer taken = router.post(snapshots(), token, Map.of("name", "before", "description", "All is well."));

        assertThat(taken.status()).as(taken.body().encode()).isEqualTo(200);
        assertThat(taken.body().getString("state")).isEqualTo("SNAPSHOT_PENDING");
        JsonObject pending = taken.body().getJsonObject("snapshot");
        assertThat(pending.getString("status")).isEqualTo("CREATE_PENDING");
        String id = pending.getString("id");
        await("SHUTDOWN");
        JsonObject shown = one();
        assertThat(shown.getString("id")).isEqualTo(id);
        assertThat(shown.getString("name")).isEqualTo("before");
        assertThat(shown.getString("description")).isEqualTo("All is well.");
        assertThat(shown.getString("status")).isEqualTo("AVAILABLE");
        assertThat(shown.getLong("bytes")).isEqualTo(4096);
        assertThat(shown.getString("createdBy")).isEqualTo("alice");
        assertThat(lineage()).isEqualTo("DISK SNAPSHOT");

        Answer reverted = router.post(snapshots() + "/" + id + "/revert", token, Map.of());
        assertThat(reverted.status()).as(reverted.body().encode()).isEqualTo(200);
        await("SHUTDOWN");
        assertThat(one().getString("status")).isEqualTo("AVAILABLE");
        assertThat(commands(Command.RevertToSnapshot.class)).hasSize(1);

        Answer deleted = router.delete(snapshots() + "/" + id, token);
        assertThat(deleted.status()).as(deleted.body().encode()).isEqualTo(200);
        assertThat(deleted.body().getJsonObject("snapshot").getString("status")).isEqualTo("DELETE_PENDING");
        await("SHUTDOWN");
        assertThat(all()).isEmpty();
        assertThat(lineage()).isEqualTo("DISK");
        assertThat(router.post(snapshots() + "/" + id + "/revert", token, Map.of())
                        .code())
                .isEqualTo("snapshot.not-found");
    }

    @Test
    void whileACapsuleRunsAllIsRefusedAndItIsSaidWhy() throws Exception {
        String id = taken("before");
        put("RUNNING", "MAINTENANCE");
        Answer running = router.post(snapshots(), token, Map.of("name", "more"));
        assertThat(running.code()).isEqualTo("capsule.invalid-state");
        assertThat(running.body().getString("description")).contains("Stop it first, then take a snapshot of it");

        put("RUNNING", "SECURE");
        for (Answer answer : List.of(
                router.post(snapshots(), token, Map.of("name", "more")),
                router.post(snapshots() + "/" + id + "/revert", token, Map.of()),
                router.delete(snapshots() + "/" + id, token))) {
            assertThat(answer.code()).isEqualTo("capsule.invalid-state");
            assertThat(answer.body().getString("description"))
                    .contains("SECURE")
                    .contains("nothing of secure mode may get into a snapshot");
        }
        assertThat(one().getString("status")).isEqualTo("AVAILABLE");
    }

    @Test
    void whileSomethingOfSecureModeMayBeLeftNoneIsTaken() throws Exception {
        router.change(
                false,
                List.of("insert into file_lineage (kind, capsule_id, tainted) values ('SECURE_OVERLAY', '" + capsule
                        + "', true)"));

        Answer answer = router.post(snapshots(), token, Map.of("name", "before"));

        assertThat(answer.code()).isEqualTo("snapshot.tainted");
        assertThat(state()).isEqualTo("SHUTDOWN");
        assertThat(all()).isEmpty();
    }

    @Test
    void namesAreUniqueInACapsuleAndThereIsALimit() throws Exception {
        taken("before");
        assertThat(router.post(snapshots(), token, Map.of("name", "before")).code())
                .isEqualTo("snapshot.name-taken");
        taken("after");
        Answer third = router.post(snapshots(), token, Map.of("name", "third"));
        assertThat(third.code()).isEqualTo("snapshot.limit-reached");
        assertThat(third.body().getString("description")).contains("may have 2");
        assertThat(state()).isEqualTo("SHUTDOWN");
    }

    @Test
    void oneThatCouldNotBeTakenSaysWhyAndCanBeDeletedOnly() throws Exception {
        agent.behave(command -> new Behaviour.Do(
                new Outcome.Failed(Problem.of(ErrorCode.HOST_DISK_FULL, "The host's storage is full."), true)));
        router.post(snapshots(), token, Map.of("name", "before"));
        await("SHUTDOWN");

        JsonObject failed = one();
        assertThat(failed.getString("status")).isEqualTo("ERROR");
        assertThat(failed.getString("error")).contains("storage is full");
        String id = failed.getString("id");
        assertThat(router.post(snapshots() + "/" + id + "/revert", token, Map.of())
                        .code())
                .isEqualTo("snapshot.not-available");
        assertThat(state()).isEqualTo("SHUTDOWN");
        agent.behave(command -> new Behaviour.Do(agent.done(command)));
        assertThat(router.delete(snapshots() + "/" + id, token).status()).isEqualTo(200);
        await("SHUTDOWN");
        assertThat(all()).isEmpty();
    }

    @Test
    void oneThatItsHostDoesNotHaveAnyMoreIsInErrorAfterARevertAndTheCapsuleAsItWas() throws Exception {
        taken("before");
        agent.behave(command -> new Behaviour.Do(new Outcome.Failed(
                Problem.of(ErrorCode.HOST_SNAPSHOT_MISSING, "The disk does not have it."), false, Found.STOPPED)));

        router.post(snapshots() + "/" + one().getString("id") + "/revert", token, Map.of());
        await("SHUTDOWN");

        assertThat(one().getString("status")).isEqualTo("ERROR");
    }

    @Test
    void deletingTheCapsuleCancelsWhatIsDoneAndItsSnapshotsAreGone() throws Exception {
        agent.behave(command -> command.command() instanceof Command.TakeSnapshot
                ? new Behaviour.AcceptAndForget()
                : new Behaviour.Do(agent.done(command)));
        router.post(snapshots(), token, Map.of("name", "before"));

        assertThat(router.post("/deletevm", token, Map.of("vmid", capsule)).status())
                .isEqualTo(200);
        await("DELETED");

        assertThat(router.sql("select count(*)::text from snapshot where capsule_id = '" + capsule + "'"))
                .isEqualTo("0");
        assertThat(lineage()).isEmpty();
    }

    @Test
    void withSnapshotsACapsuleMigratesWhileItIsShutDownOrInSecureModeOnly() throws Exception {
        taken("before");
        put("RUNNING", "MAINTENANCE");

        Answer live = router.post("/migratevm", operator, Map.of("vmid", capsule, "host", "h2"));

        assertThat(live.code()).isEqualTo("capsule.has-snapshots");
        assertThat(live.body().getString("description")).contains("1 snapshot").contains("Stop the capsule");
        put("RUNNING", "SECURE");
        assertThat(router.post("/migratevm", operator, Map.of("vmid", capsule, "host", "h2"))
                        .code())
                .as("goes on to ask whether there is room")
                .isEqualTo("host.unsuitable");
        put("SHUTDOWN", "NOT_DEFINED");
        assertThat(router.post("/migratevm", operator, Map.of("vmid", capsule, "host", "h2"))
                        .code())
                .isEqualTo("host.unsuitable");
    }

    @Test
    void aStrangerSeesNoneAndAnOperatorSeesAll() throws Exception {
        taken("before");

        assertThat(router.get(snapshots(), router.token("mallory")).code()).isEqualTo("capsule.not-found");
        assertThat(router.get(snapshots(), operator).body().getJsonArray("snapshots"))
                .hasSize(1);
        assertThat(router.delete(snapshots() + "/" + UUID.randomUUID(), token).code())
                .isEqualTo("snapshot.not-found");
    }

    @Test
    void anAnswerWithoutTheSnapshotIsAFailure() throws Exception {
        agent.behave(command -> new Behaviour.Do(Outcome.Succeeded.DONE));

        router.post(snapshots(), token, Map.of("name", "before"));
        await("SHUTDOWN");

        assertThat(one().getString("error")).contains("does not say which snapshot");
    }

    @Test
    void anImageIsMadeOfOneAndSaysSo() throws Exception {
        String id = taken("before");

        Answer shared = share("of-" + id, id);

        assertThat(shared.status()).as(shared.body().encode()).isEqualTo(200);
        await("SHUTDOWN");
        assertThat(commands(Command.ShareImage.class))
                .extracting(CommandEnvelope::command)
                .extracting(command -> ((Command.ShareImage) command).snapshot())
                .containsExactly(Optional.of(SnapshotId.parse(id)));
        assertThat(router.sql("""
                        select s.kind from file_lineage i join file_lineage s on s.id = i.made_from where i.image_id = '%s'
                        """.formatted(shared.body().getString("imageId"))))
                .isEqualTo("SNAPSHOT");
        assertThat(one().getString("status")).isEqualTo("AVAILABLE");
        assertThat(router.delete(snapshots() + "/" + id, token).status()).isEqualTo(200);
        await("SHUTDOWN");
        assertThat(share("too-late-" + id, id).code()).isEqualTo("snapshot.not-found");
        assertThat(share("nonsense-" + id, "nonsense").code()).isEqualTo("request.invalid");
        assertThat(state()).isEqualTo("SHUTDOWN");
    }

    @Test
    void anImageOfOneThatItsHostDoesNotHaveIsInErrorAndSoIsTheSnapshot() throws Exception {
        String id = taken("before");
        agent.behave(command -> new Behaviour.Do(new Outcome.Failed(
                Problem.of(ErrorCode.HOST_SNAPSHOT_MISSING, "The disk does not have it."), false, Found.STOPPED)));

        String made = share("lost-" + id, id).body().getString("imageId");
        await("SHUTDOWN");

        router.awaitSql(
                "select status || ': ' || error from image where id = '" + made + "'",
                "ERROR: The disk does not have it.");
        assertThat(one().getString("status")).isEqualTo("ERROR");
        assertThat(share("again-" + id, id).code()).isEqualTo("snapshot.not-available");
    }

    private Answer share(String name, String snapshot) throws Exception {
        return router.post("/shareimage", token, Map.of("vmid", capsule, "imageName", name, "snapshot", snapshot));
    }

    private String taken(String name) throws Exception {
        Answer taken = router.post(snapshots(), token, Map.of("name", name));
        assertThat(taken.status()).as(taken.body().encode()).isEqualTo(200);
        await("SHUTDOWN");
        return taken.body().getJsonObject("snapshot").getString("id");
    }

    private JsonObject one() throws Exception {
        List<JsonObject> all = all();
        assertThat(all).hasSize(1);
        return all.getFirst();
    }

    private List<JsonObject> all() throws Exception {
        return router.get(snapshots(), token).body().getJsonArray("snapshots").stream()
                .map(JsonObject.class::cast)
                .toList();
    }

    private <T extends Command> List<CommandEnvelope> commands(Class<T> kind) {
        return agent.received().stream()
                .filter(it -> kind.isInstance(it.command())
                        && it.command().spec().id().toString().equals(capsule))
                .toList();
    }

    private String snapshots() {
        return "/v1/capsules/" + capsule + "/snapshots";
    }

    private String lineage() throws Exception {
        return router.sql(
                "select coalesce(string_agg(kind, ' ' order by id), '') from file_lineage where capsule_id = '"
                        + capsule + "' and gone_at is null");
    }

    private void put(String state, String mode) throws Exception {
        router.change(
                false,
                List.of("update capsule set state = '" + state + "', mode = '" + mode + "' where id = '" + capsule
                        + "'"));
    }

    private String state() throws Exception {
        return router.sql("select state from capsule where id = '" + capsule + "'");
    }

    private void await(String state) throws Exception {
        router.awaitSql("select state from capsule where id = '" + capsule + "'", state);
    }
}
