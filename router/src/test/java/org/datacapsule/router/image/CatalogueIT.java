package org.datacapsule.router.image;

import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.json.JsonObject;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.datacapsule.common.wire.Capacity;
import org.datacapsule.common.wire.Command;
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

/** The image section of the capsule API: who sees what, what may be changed when, and deletion in two steps. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class CatalogueIT {
    private static final List<String> SEED_FIELDS = List.of(
            "imageId",
            "updatedAt",
            "imageDescription",
            "loginUserName",
            "loginPassWord",
            "createdAt",
            "public",
            "imageStatus",
            "sourceVM",
            "imageName",
            "imagePath",
            "owner");

    private TestRouter router;
    private FakeAgent agent;
    private String owner;
    private String other;
    private String operator;
    private String ownerToken;

    @BeforeAll
    void start(@TempDir Path directory) throws Exception {
        router = TestRouter.start(
                directory, Map.of("quota.disk-gb", "10000", "quota.vcpus", "1000", "images.expunge-at", "never"));
        agent = router.agent("h1", new Capacity(1000, 1 << 20, 100_000), new PortRange(20_000, 6_000, 500));
        operator = router.token("operator", TokenRole.OPERATOR);
    }

    @AfterAll
    void stop() throws Exception {
        agent.close();
        router.close();
    }

    @BeforeEach
    void newPeople() {
        agent.behave(command -> new Behaviour.Do(agent.done(command)));
        owner = "owner-" + UUID.randomUUID();
        ownerToken = router.token(owner);
        other = router.token("other-" + UUID.randomUUID());
    }

    @Test
    void anImageIsAnsweredAsTheSeedHasIt() throws Exception {
        String id = image("ACTIVE", false);

        JsonObject shown = get(ownerToken, id).body();

        assertThat(shown.fieldNames()).containsExactlyElementsOf(SEED_FIELDS);
        assertThat(shown.getString("createdAt")).matches("\\d{4}-\\d\\d-\\d\\d \\d\\d:\\d\\d:\\d\\d");
        assertThat(shown.getString("owner")).isEqualTo(owner);
        assertThat(shown.getString("imageStatus")).isEqualTo("ACTIVE");
        assertThat(shown.getString("imageName")).isEqualTo("name-" + id);
        assertThat(shown.getBoolean("public")).isFalse();
        assertThat(shown.getValue("loginPassWord")).isNull();
    }

    @Test
    void eachListHasWhatItsReaderMaySee() throws Exception {
        String active = image("ACTIVE", false);
        String open = image("ACTIVE", true);
        String pending = image("SHARE_PENDING", false);
        String deleted = image("DELETED", false);
        String openDeleted = image("DELETED", true);

        assertThat(list("/listallimages", ownerToken)).contains(active, open, pending, deleted, openDeleted);
        assertThat(list("/listallimages", other)).contains(open, openDeleted).doesNotContain(active, pending, deleted);
        assertThat(list("/listmyimages", ownerToken)).containsExactly(active, open, pending);
        assertThat(list("/listmyimages", other)).isEmpty();
        assertThat(list("/listactiveimages", ownerToken)).contains(active, open).doesNotContain(pending, deleted);
        assertThat(list("/listactiveimages", other)).contains(open).doesNotContain(active, pending, openDeleted);
        assertThat(get(other, active).code()).isEqualTo("image.not-found");
        assertThat(get(other, open).status()).isEqualTo(200);
        assertThat(get(operator, active).status()).isEqualTo(200);
    }

    @Test
    void anOwnerChangesAnActiveImageAndLeavesWhatIsNotGiven() throws Exception {
        String id = image("ACTIVE", false);

        Answer renamed = put("/shareimage", ownerToken, Map.of("imageId", id, "imageName", "new-" + id));
        Answer opened = put("/shareimage", ownerToken, Map.of("imageId", id, "public", "true"));

        assertThat(renamed.status()).as(renamed.body().encode()).isEqualTo(200);
        assertThat(opened.body().getString("imageName")).isEqualTo("new-" + id);
        assertThat(opened.body().getString("imageDescription")).isEqualTo("as it was");
        assertThat(opened.body().getBoolean("public")).isTrue();
        assertThat(put("/shareimage", other, Map.of("imageId", id, "public", "false"))
                        .code())
                .isEqualTo("image.permission-denied");
        String pending = image("SHARE_PENDING", false);
        assertThat(put("/shareimage", ownerToken, Map.of("imageId", pending, "public", "true"))
                        .code())
                .isEqualTo("image.invalid-state");
    }

    @Test
    void aNameIsOneImagesUntilThatIsDeleted() throws Exception {
        String taken = image("ACTIVE", false);
        String mine = image("ACTIVE", false);
        String free = image("DELETED", false);

        assertThat(put("/shareimage", ownerToken, Map.of("imageId", mine, "imageName", "name-" + taken))
                        .code())
                .isEqualTo("image.name-taken");
        assertThat(router.get("/checkimagename?imageName=name-" + taken, other).code())
                .isEqualTo("image.name-taken");
        assertThat(router.get("/checkimagename?imageName=name-" + free, other).status())
                .isEqualTo(200);
        assertThat(put("/shareimage", ownerToken, Map.of("imageId", mine, "imageName", "name-" + free))
                        .status())
                .isEqualTo(200);
    }

    @Test
    void oneOfManyWhoWantANameAtOnceGetsIt() throws Exception {
        String name = "wanted-" + UUID.randomUUID();
        List<String> images = new ArrayList<>();
        for (int i = 0; i < 8; i++) {
            images.add(image("ACTIVE", false));
        }
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Callable<Answer>> calls = images.stream()
                    .map(id -> (Callable<Answer>)
                            () -> put("/shareimage", ownerToken, Map.of("imageId", id, "imageName", name)))
                    .toList();
            int won = 0;
            for (Future<Answer> each : threads.invokeAll(calls)) {
                Answer answer = each.get();
                if (answer.status() == 200) {
                    won++;
                } else {
                    assertThat(answer.code()).isEqualTo("image.name-taken");
                }
            }
            assertThat(won).isOne();
        }
    }

    @Test
    void onlyHostsOperatorsAndAdminsActivateAndDelete() throws Exception {
        String pending = image("SHARE_PENDING", false);
        String leaving = image("DELETE_PENDING", false);

        assertThat(put("/activateimage", ownerToken, Map.of("imageId", pending)).code())
                .isEqualTo("image.permission-denied");
        assertThat(delete(ownerToken, leaving).code()).isEqualTo("image.permission-denied");
        assertThat(put("/activateimage", router.token("h", TokenRole.HOST), Map.of("imageId", pending))
                        .body()
                        .getString("imageStatus"))
                .isEqualTo("ACTIVE");
        assertThat(put("/activateimage", operator, Map.of("imageId", pending)).code())
                .isEqualTo("image.invalid-state");
        assertThat(delete(operator, leaving).body().getString("imageStatus")).isEqualTo("DELETED");
        assertThat(delete(operator, leaving).code()).isEqualTo("image.invalid-state");
        assertThat(delete(operator, pending).code()).isEqualTo("image.invalid-state");
    }

    @Test
    void anImageWithoutContentIsNotActivated() throws Exception {
        String id = image("SHARE_PENDING", false);
        router.change(false, List.of("update image set sha256 = null where id = '" + id + "'"));

        assertThat(put("/activateimage", operator, Map.of("imageId", id)).code())
                .isEqualTo("image.invalid-state");
    }

    @Test
    void deletionWaitsForACapsuleThatIsBeingMadeAndTakesTheImageFromEverybodyElseAtOnce() throws Exception {
        String id = image("ACTIVE", true);
        agent.behave(command -> command.command() instanceof Command.Create
                ? new Behaviour.AcceptAndForget()
                : new Behaviour.Do(agent.done(command)));
        Answer created = create(other, id);
        assertThat(created.status()).as(created.body().encode()).isEqualTo(200);

        assertThat(put("/requestimagedelete", other, Map.of("imageId", id)).code())
                .isEqualTo("image.permission-denied");
        assertThat(put("/requestimagedelete", ownerToken, Map.of("imageId", id))
                        .body()
                        .getString("imageStatus"))
                .isEqualTo("DELETE_PENDING");
        assertThat(create(other, id).code()).isEqualTo("image.not-found");
        assertThat(delete(operator, id).code()).isEqualTo("image.in-use");
        assertThat(expunge().getJsonArray("waiting")).contains(id);

        router.change(
                false,
                List.of("update capsule set state = 'SHUTDOWN' where id = '"
                        + created.body().getString("vmid") + "'"));
        assertThat(expunge().getJsonArray("deleted")).contains(id);
        assertThat(get(ownerToken, id).body().getString("imageStatus")).isEqualTo("DELETED");
    }

    @Test
    void manyCreatesRaceADeletionAndNoneMeetsADeletedImage() throws Exception {
        for (int round = 0; round < 10; round++) {
            String id = image("ACTIVE", true);
            try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
                List<Future<Answer>> creates = new ArrayList<>();
                for (int i = 0; i < 4; i++) {
                    creates.add(threads.submit(() -> create(other, id)));
                }
                Future<JsonObject> deletion = threads.submit(() -> {
                    put("/requestimagedelete", ownerToken, Map.of("imageId", id));
                    return expunge();
                });
                for (Future<Answer> create : creates) {
                    Answer answer = create.get();
                    assertThat(answer.status() == 200 || "image.not-found".equals(answer.code()))
                            .as(answer.body().encode())
                            .isTrue();
                }
                deletion.get();
            }
            assertThat(router.sql(
                            "select count(*)::text from capsule c join image i on i.id = c.image_id where i.id = '" + id
                                    + "' and i.status = 'DELETED' and c.state = 'CREATE_PENDING'"))
                    .isEqualTo("0");
        }
    }

    /** One that is pending is not on the host, or it would be active on its own. */
    private String image(String status, boolean open) throws Exception {
        String id = UUID.randomUUID().toString();
        String content = status.equals("SHARE_PENDING") ? id.replace("-", "").repeat(2) : TestRouter.IMAGE.hex();
        router.change(
                false,
                List.of("insert into users (guid) values ('" + owner + "') on conflict do nothing", """
                        insert into image (id, name, description, is_public, owner, status, sha256)
                        values ('%s', '%s', 'as it was', %b, '%s', '%s', '%s')
                        """.formatted(
                                id, "name-" + id, open, owner, status, content)));
        return id;
    }

    private Answer create(String token, String image) throws Exception {
        return router.post(
                "/createvm",
                token,
                Map.of(
                        "imageid", image,
                        "loginusername", "u",
                        "loginpassword", "s3cret-Pass",
                        "vcpu", "1",
                        "memory", "256"));
    }

    private Answer get(String token, String id) throws Exception {
        return router.get("/getimage?imageId=" + id, token);
    }

    private Answer put(String path, String token, Map<String, String> form) throws Exception {
        return router.put(path, token, form);
    }

    private Answer delete(String token, String id) throws Exception {
        return router.delete("/deleteimage?imageId=" + id, token);
    }

    private JsonObject expunge() throws Exception {
        return router.post("/v1/images/expunge", operator, Map.of()).body();
    }

    private List<String> list(String path, String token) throws Exception {
        return router.get(path, token).body().getJsonArray("imageInfo").stream()
                .map(each -> ((JsonObject) each).getString("imageId"))
                .toList();
    }
}
