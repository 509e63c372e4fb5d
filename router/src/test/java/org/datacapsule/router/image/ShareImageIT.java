package org.datacapsule.router.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.datacapsule.common.capsule.CapsuleEvent.Found;
import org.datacapsule.common.error.ErrorCode;
import org.datacapsule.common.error.Problem;
import org.datacapsule.common.id.CapsuleId;
import org.datacapsule.common.id.OperationId;
import org.datacapsule.common.id.Sha256;
import org.datacapsule.common.wire.Capacity;
import org.datacapsule.common.wire.Command;
import org.datacapsule.common.wire.CommandEnvelope;
import org.datacapsule.common.wire.ImageStock;
import org.datacapsule.common.wire.Outcome;
import org.datacapsule.common.wire.PortRange;
import org.datacapsule.router.http.TokenRole;
import org.datacapsule.router.testing.FakeAgent;
import org.datacapsule.router.testing.FakeAgent.Behaviour;
import org.datacapsule.router.testing.MakingHost;
import org.datacapsule.router.testing.TestRouter;
import org.datacapsule.router.testing.TestRouter.Answer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** POST /shareimage: from the request to an image that capsules are made of, and every way it may end otherwise. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ShareImageIT {
    private TestRouter router;
    private FakeAgent agent;
    private Path files;
    private String base;
    private String operator;
    private String owner;
    private String token;
    private String capsule;
    private final BlockingQueue<CommandEnvelope> sharing = new LinkedBlockingQueue<>();

    @BeforeAll
    void start(@TempDir Path directory) throws Exception {
        files = directory;
        router = TestRouter.start(
                directory,
                Map.of(
                        "quota.disk-gb", "10000",
                        "quota.vcpus", "1000",
                        "quota.images", "1000",
                        "operations.attempts", "1",
                        "images.expunge-at", "never"));
        agent = router.agent("h1", new Capacity(1000, 1 << 20, 100_000), new PortRange(20_000, 6_000, 500));
        agent.stock(new ImageStock("/images", Optional.empty(), List.of(), List.of()));
        agent.beat();
        base = router.registerImage();
        operator = router.token("operator", TokenRole.OPERATOR);
    }

    @AfterAll
    void stop() throws Exception {
        agent.close();
        router.close();
    }

    @BeforeEach
    void aCapsuleThatIsShutDown() throws Exception {
        agent.behave(command -> new Behaviour.Do(agent.done(command)));
        sharing.clear();
        agent.beat();
        owner = "owner-" + UUID.randomUUID();
        token = router.token(owner);
        Answer created = router.post(
                "/createvm",
                token,
                Map.of(
                        "imageid",
                        base,
                        "loginusername",
                        "u",
                        "loginpassword",
                        "s3cret-Pass",
                        "vcpu",
                        "1",
                        "memory",
                        "256"));
        assertThat(created.status()).as(created.body().encode()).isEqualTo(200);
        capsule = created.body().getString("vmid");
        awaitCapsule("SHUTDOWN");
    }

    @Test
    void anImageOfTheDiskIsMadeAndIsActiveOnceEveryHostHasIt() throws Exception {
        hold();
        String name = "mine-" + UUID.randomUUID();

        Answer answer = share(Map.of("imageName", name, "imageDescription", "R and Python", "public", "true"));

        assertThat(answer.status()).as(answer.body().encode()).isEqualTo(200);
        JsonObject image = answer.body();
        assertThat(image.fieldNames())
                .containsExactly(
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
                        "owner",
                        "operation");
        assertThat(image.getString("imageStatus")).isEqualTo("SHARE_PENDING");
        assertThat(image.getString("imageName")).isEqualTo(name);
        assertThat(image.getString("imageDescription")).isEqualTo("R and Python");
        assertThat(image.getBoolean("public")).isTrue();
        assertThat(image.getString("sourceVM")).isEqualTo(capsule);
        assertThat(image.getString("owner")).isEqualTo(owner);
        CommandEnvelope command = sharing.poll(20, TimeUnit.SECONDS);
        assertThat(command.command())
                .isEqualTo(new Command.ShareImage(command.command().spec(), TestRouter.IMAGE));
        assertThat(command.operation()).isEqualTo(OperationId.parse(image.getString("operation")));
        awaitCapsule("IMAGE_SHARE_PENDING");
        assertThat(router.post("/launchvm", token, Map.of("vmid", capsule)).code())
                .isEqualTo("capsule.invalid-state");
        String id = image.getString("imageId");
        assertThat(router.put("/activateimage", operator, Map.of("imageId", id)).code())
                .isEqualTo("image.invalid-state");
        assertThat(router.put("/requestimagedelete", token, Map.of("imageId", id))
                        .code())
                .isEqualTo("image.invalid-state");

        agent.report(agent.report(command, agent.done(command)));

        awaitCapsule("SHUTDOWN");
        awaitImage(id, "ACTIVE");
        assertThat(router.sql("select sha256 || ' ' || size_bytes from image where id = '" + id + "'"))
                .isEqualTo(FakeAgent.made(command.operation()).image().hex() + " 4096");
        Answer second = router.post(
                "/createvm",
                router.token("somebody-else"),
                Map.of(
                        "imageid",
                        id,
                        "loginusername",
                        "u",
                        "loginpassword",
                        "s3cret-Pass",
                        "vcpu",
                        "1",
                        "memory",
                        "256"));
        assertThat(second.status()).as(second.body().encode()).isEqualTo(200);
    }

    @Test
    void inSecureModeItIsRefusedAndSaysWhy() throws Exception {
        put("RUNNING", "SECURE");

        Answer answer = share(Map.of("imageName", "no"));

        assertThat(answer.code()).isEqualTo("capsule.invalid-state");
        assertThat(answer.body().getString("description")).contains("nothing of secure mode may get into an image");
        assertThat(images()).isEqualTo("0");
        put("RUNNING", "MAINTENANCE");
        assertThat(share(Map.of("imageName", "no")).body().getString("description"))
                .isEqualTo(
                        "To make an image of a capsule it must be SHUTDOWN, and this one is RUNNING in MAINTENANCE.");
    }

    @Test
    void aNameThatIsTakenOrAUsedUpQuotaLeavesTheCapsuleAlone() throws Exception {
        assertThat(share(Map.of("imageName", "test")).code()).isEqualTo("image.name-taken");
        awaitCapsule("SHUTDOWN");
        router.change(false, List.of("""
                        insert into image (id, name, is_public, owner, status, sha256)
                        select gen_random_uuid(), gen_random_uuid()::text, false, '%s', 'ERROR', repeat('ab', 32) from generate_series(1, 2)
                        """.formatted(owner)));

        router.execute("update users set quota_images = 2 where guid = '" + owner + "'");
        assertThat(share(Map.of("imageName", "one-too-many")).code()).isEqualTo("quota.exceeded");

        awaitCapsule("SHUTDOWN");
        assertThat(router.sql(
                        "select count(*) from operation where kind = 'SHARE_IMAGE' and capsule_id = '" + capsule + "'"))
                .isEqualTo("0");
    }

    @Test
    void whatTheHostSaysWentWrongIsTheImagesErrorAndTheCapsuleIsAsItWas() throws Exception {
        agent.behave(command -> new Behaviour.Do(
                new Outcome.Failed(Problem.of(ErrorCode.HOST_DISK_FULL, "There is no room on the host."), true)));

        JsonObject image = share(Map.of("imageName", "too-large-" + capsule)).body();

        awaitImage(image.getString("imageId"), "ERROR");
        awaitCapsule("SHUTDOWN");
        assertThat(error(image.getString("imageId"))).isEqualTo("There is no room on the host.");
        assertThat(router.get("/v1/operations/" + image.getString("operation"), token)
                        .body()
                        .getJsonObject("error")
                        .getString("code"))
                .isEqualTo("host.disk-full");
    }

    @Test
    void aHostThatMadeNothingIsNotBelieved() throws Exception {
        agent.behave(command -> new Behaviour.Do(Outcome.Succeeded.DONE));

        String id = share(Map.of("imageName", "nothing-" + capsule)).body().getString("imageId");

        awaitImage(id, "ERROR");
        awaitCapsule("SHUTDOWN");
    }

    @Test
    void aDeletionOfTheCapsuleCancelsItAndWhatIsMadeAllTheSameGoesWithTheImage() throws Exception {
        hold();
        String id = share(Map.of("imageName", "cancelled-" + capsule)).body().getString("imageId");
        CommandEnvelope command = sharing.poll(20, TimeUnit.SECONDS);

        router.post("/deletevm", token, Map.of("vmid", capsule));

        awaitImage(id, "ERROR");
        awaitCapsule("DELETED");
        assertThat(error(id)).contains("took the place");
        agent.report(agent.report(command, agent.done(command)));
        Sha256 made = FakeAgent.made(command.operation()).image();
        assertThat(router.sql("select status || ' ' || sha256 from image where id = '" + id + "'"))
                .isEqualTo("ERROR " + made.hex());
        router.put("/requestimagedelete", token, Map.of("imageId", id));
        router.delete("/deleteimage?imageId=" + id, operator);
        agent.beat();
        assertThat(agent.imageOrders().remove()).contains(made);
    }

    /** Two images of one disk are one file, and the first of them may be deleted while the second is made. */
    @Test
    void whatIsMadeAgainWhileItsFirstImageIsDeletedStays() throws Exception {
        hold();
        String id = share(Map.of("imageName", "again-" + capsule)).body().getString("imageId");
        CommandEnvelope command = sharing.poll(20, TimeUnit.SECONDS);
        Sha256 content = FakeAgent.made(command.operation()).image();
        router.change(false, List.of("""
                insert into image (id, name, is_public, owner, status, sha256)
                values (gen_random_uuid(), 'first-%s', false, '%s', 'DELETED', '%s')
                """.formatted(capsule, owner, content)));

        agent.has(content);
        agent.beat();
        assertThat(agent.imageOrders().remove()).as("it may be the other's").doesNotContain(content);
        agent.report(agent.report(command, agent.done(command)));
        agent.beat();
        assertThat(agent.imageOrders().remove()).doesNotContain(content);

        awaitImage(id, "ACTIVE");
        router.execute("update image set status = 'DELETED' where id = '" + id + "'");
        agent.beat();
        assertThat(agent.imageOrders().remove()).contains(content);
        agent.lacks(content);
    }

    @Test
    void itIsCancelledAndTheCapsuleIsThereAgainOnceTheHostHasStopped() throws Exception {
        hold();
        JsonObject image = share(Map.of("imageName", "unwanted-" + capsule)).body();
        String operation = image.getString("operation");
        CommandEnvelope command = sharing.poll(20, TimeUnit.SECONDS);
        BlockingQueue<CommandEnvelope> looks = new LinkedBlockingQueue<>();
        agent.behave(sent -> {
            looks.add(sent);
            return new Behaviour.AcceptAndForget();
        });
        assertThat(cancel(operation, router.token("stranger")).code()).isEqualTo("operation.not-found");

        Answer cancelled = cancel(operation, token);

        assertThat(cancelled.status()).as(cancelled.body().encode()).isEqualTo(200);
        awaitImage(image.getString("imageId"), "ERROR");
        assertThat(error(image.getString("imageId"))).isEqualTo("The making of it was cancelled.");
        assertThat(router.get("/v1/operations/" + operation, token).body().getString("status"))
                .isEqualTo("CANCELLED");
        awaitCapsule("IMAGE_SHARE_PENDING");
        assertThat(cancel(cancelled.body().getString("operation"), token).code())
                .as("there is nothing to cancel a second time")
                .isEqualTo("operation.not-cancellable");
        CommandEnvelope look = looks.poll(20, TimeUnit.SECONDS);
        assertThat(look.command()).isInstanceOf(Command.Inspect.class);
        assertThat(look.sequence()).as("it ends the copying").isGreaterThan(command.sequence());
        // The host had made it just before.
        agent.report(agent.report(command, agent.done(command)));

        agent.report(agent.report(look, Outcome.Succeeded.found(Found.STOPPED)));

        awaitCapsule("SHUTDOWN");
        assertThat(router.sql(
                        "select status || ' ' || sha256 from image where id = '" + image.getString("imageId") + "'"))
                .isEqualTo(
                        "ERROR " + FakeAgent.made(command.operation()).image().hex());
        assertThat(router.sql("select state from operation where id = '" + look.operation() + "'"))
                .isEqualTo("SUCCEEDED");
    }

    @Test
    void whatCannotBeCancelledIsRefusedWithTheWayThatThereIs() throws Exception {
        Answer shared = share(Map.of("imageName", "done-" + capsule));
        awaitCapsule("SHUTDOWN");
        Answer late = cancel(shared.body().getString("operation"), token);
        assertThat(late.code()).isEqualTo("operation.not-cancellable");
        assertThat(late.body().getString("description"))
                .contains("has ended, SUCCEEDED")
                .contains("requestimagedelete");

        agent.behave(command -> new Behaviour.AcceptAndForget());
        Answer launched = router.post("/launchvm", token, Map.of("vmid", capsule));
        Answer other = cancel(launched.body().getString("operation"), operator);
        assertThat(other.code()).isEqualTo("operation.not-cancellable");
        assertThat(other.body().getString("description")).contains("deletevm");
        assertThat(cancel(UUID.randomUUID().toString(), token).status()).isEqualTo(404);
    }

    @Test
    void anImageWhoseHostIsSilentEndsWithTheOperationsDeadline() throws Exception {
        hold();
        JsonObject image = share(Map.of("imageName", "late-" + capsule)).body();
        CommandEnvelope unheard = sharing.poll(20, TimeUnit.SECONDS);
        assertThat(unheard).isNotNull();

        router.execute("update operation set deadline = now() - interval '1 second', due_at = now() where id = '"
                + image.getString("operation") + "'");

        awaitImage(image.getString("imageId"), "ERROR");
        awaitCapsule("SHUTDOWN");
        assertThat(error(image.getString("imageId")))
                .contains("had not done it by")
                .contains("make the image again");
    }

    @Test
    void anImageThatOnlyAHostHasWhichIsGoneIsGivenUpInTheEnd() throws Exception {
        String id = UUID.randomUUID().toString();
        String content = id.replace("-", "").repeat(2);
        router.change(
                false,
                List.of(
                        """
                        insert into host (id, incarnation, version, address, acceleration, cpus, memory_mb, disk_gb, ssh_first,
                                          vnc_first, port_count, guest_network, lease_until)
                        values ('gone', gen_random_uuid(), 'test', '127.0.0.1', 'none', 1, 1, 1, 20000, 6000, 1,
                                '10.90.0.0/16', now() - interval '1 hour')
                        """,
                        "insert into host_image (host_id, sha256) values ('gone', '" + content + "')",
                        """
                        insert into image (id, name, is_public, owner, status, sha256, source_capsule, share_operation,
                                           pending_until)
                        values ('%s', '%1$s', false, '%s', 'SHARE_PENDING', '%s', '%s', gen_random_uuid(),
                                now() + interval '1 hour')
                        """.formatted(id, owner, content, capsule)));
        awaitCareHasLooked();
        assertThat(router.sql("select status from image where id = '" + id + "'"))
                .isEqualTo("SHARE_PENDING");

        router.execute("update image set pending_until = now() where id = '" + id + "'");

        awaitImage(id, "ERROR");
        assertThat(error(id)).isEqualTo("Its file is only on hosts that are away: gone. Make the image again.");
    }

    @Test
    void itsFilesAreShownWithWhatTheyWereMadeFromAndExposedTo() throws Exception {
        for (String command : List.of("launchvm", "switchvm", "stopvm")) {
            end(router.post("/" + command, token, Map.of("vmid", capsule, "mode", "secure")));
        }
        String image = share(Map.of("imageName", "clean-" + capsule)).body().getString("imageId");
        awaitCapsule("SHUTDOWN");

        JsonArray files = router.get("/v1/capsules/" + capsule + "/lineage", operator)
                .body()
                .getJsonArray("files");

        assertThat(files.stream().map(each -> ((JsonObject) each).getString("kind")))
                .containsExactly("IMAGE", "DISK", "SECURE_VOLUME", "SECURE_OVERLAY", "MEMORY", "IMAGE");
        JsonObject disk = files.getJsonObject(1);
        JsonObject overlay = files.getJsonObject(3);
        JsonObject made = files.getJsonObject(5);
        assertThat(files.getJsonObject(0).getString("imageId")).isEqualTo(base);
        assertThat(disk.getLong("madeFrom")).isEqualTo(files.getJsonObject(0).getLong("file"));
        assertThat(disk.getBoolean("tainted")).isFalse();
        assertThat(overlay.getLong("madeFrom")).isEqualTo(disk.getLong("file"));
        assertThat(overlay.getLong("exposedTo"))
                .isEqualTo(files.getJsonObject(2).getLong("file"));
        assertThat(overlay.getBoolean("tainted")).isTrue();
        assertThat(overlay.getString("goneAt")).isNotNull();
        assertThat(made.getString("imageId")).isEqualTo(image);
        assertThat(made.getLong("madeFrom")).isEqualTo(disk.getLong("file"));
        assertThat(made.getBoolean("tainted")).isFalse();
        assertThat(router.get("/v1/capsules/" + capsule + "/lineage", token).code())
                .isEqualTo("auth.forbidden");
    }

    /** Whatever is done in whatever order, also where the first guard, the capsule's state, is wrong. */
    @Test
    void nothingThatSecureModeWroteOrHeldEverBecomesAnImage() throws Exception {
        long seed = new Random().nextLong();
        Random random = new Random(seed);
        Set<CapsuleId> secure = ConcurrentHashMap.newKeySet();
        List<String> violations = new CopyOnWriteArrayList<>();
        agent.behave(command -> {
            CapsuleId id = command.command().spec().id();
            switch (command.command()) {
                case Command.SwitchToSecure it -> secure.add(id);
                case Command.SwitchToMaintenance it -> secure.remove(id);
                case Command.Stop it -> secure.remove(id);
                case Command.Delete it -> secure.remove(id);
                case Command.ShareImage it -> {
                    if (secure.contains(id)) {
                        violations.add("an image was asked for of " + id + " in secure mode");
                    }
                }
                default -> {}
            }
            boolean fails =
                    command.command() instanceof Command.SwitchToSecure && Math.floorMod(command.sequence(), 5) == 0;
            return new Behaviour.Do(
                    fails
                            ? new Outcome.Failed(Problem.of(ErrorCode.HOST_HYPERVISOR_FAILED, "It broke."), false)
                            : command.command() instanceof Command.Inspect
                                    ? Outcome.Succeeded.found(
                                            secure.contains(id) ? Found.RUNNING_IN_SECURE : Found.STOPPED)
                                    : agent.done(command));
        });
        int shared = 0;
        int tainted = 0;
        for (int step = 0; step < 80; step++) {
            String what = List.of(
                            "launchvm",
                            "launchvm",
                            "secure",
                            "secure",
                            "maintenance",
                            "stopvm",
                            "share",
                            "share",
                            "lie",
                            "recover")
                    .get(random.nextInt(10));
            switch (what) {
                case "secure", "maintenance" ->
                    end(router.post("/switchvm", token, Map.of("vmid", capsule, "mode", what)));
                case "share" -> {
                    Answer answer = share(Map.of("imageName", "image-" + step + "-" + capsule));
                    shared += answer.status() == 200 ? 1 : 0;
                    end(answer);
                }
                case "recover" -> end(router.post("/v1/capsules/" + capsule + "/recover", operator, Map.of()));
                case "lie" -> {
                    String was = router.sql("select state || ' ' || mode from capsule where id = '" + capsule + "'");
                    put("SHUTDOWN", "NOT_DEFINED");
                    Answer answer = share(Map.of("imageName", "lie-" + step + "-" + capsule));
                    if (secure.contains(CapsuleId.parse(capsule))) {
                        assertThat(answer.code()).as("seed " + seed).isEqualTo("image.tainted");
                        tainted++;
                    }
                    end(answer);
                    put(was.split(" ", -1)[0], was.split(" ", -1)[1]);
                }
                default -> end(router.post("/" + what, token, Map.of("vmid", capsule)));
            }
            assertThat(violations).as("seed " + seed).isEmpty();
            assertThat(router.sql("""
                            with recursive up(image, id) as (
                                select l.image_id, l.id from file_lineage l where l.kind = 'IMAGE'
                                union select up.image, f.made_from from up join file_lineage f on f.id = up.id
                                      where f.made_from is not null)
                            select count(*) from up join file_lineage f on f.id = up.id
                            where f.tainted or f.exposed_to is not null or f.kind not in ('IMAGE', 'DISK')
                            """))
                    .as("images of what is tainted, seed " + seed)
                    .isEqualTo("0");
            assertThat(router.sql("""
                            select count(*) from image i where i.source_capsule = '%s' and not exists (
                                select from file_lineage l join file_lineage d on d.id = l.made_from
                                where l.image_id = i.id and d.kind = 'DISK' and d.capsule_id = i.source_capsule)
                            """.formatted(capsule)))
                    .as("images nobody knows the origin of, seed " + seed)
                    .isEqualTo("0");
        }
        System.out.println("seed " + seed + ": " + shared + " images, " + tainted + " refused as tainted");
    }

    @Test
    void aTaintedFileIsNoImageWhateverWritesIt() {
        assertThatThrownBy(() -> router.change(
                        false,
                        List.of("insert into file_lineage (kind, image_id, tainted) values ('IMAGE', '" + base
                                + "', true)")))
                .hasMessageContaining("nothing_tainted_gets_out");
    }

    @Test
    void itsFileIsBroughtToTheImageStoreWhereItCanBeDownloaded() throws Exception {
        byte[] content = new byte[3_000_000];
        new Random().nextBytes(content);
        Path file = Files.write(files.resolve("made"), content);
        try (MakingHost host = MakingHost.of(router, file, owner, capsule)) {
            Path kept = files.resolve("images").resolve(host.content().hex() + ".qcow2");

            await().atMost(Duration.ofSeconds(20)).until(() -> Files.exists(kept));

            assertThat(Files.readAllBytes(kept)).isEqualTo(content);
            HttpResponse<byte[]> download = HttpClient.newHttpClient()
                    .send(
                            HttpRequest.newBuilder(router.uri().resolve("/v1/images/" + host.image() + "/file"))
                                    .header("Authorization", "Bearer " + token)
                                    .build(),
                            HttpResponse.BodyHandlers.ofByteArray());
            assertThat(download.statusCode()).isEqualTo(200);
            assertThat(download.body()).isEqualTo(content);
        }
    }

    @Test
    void askedAgainWithItsKeyItIsTheSameImage() throws Exception {
        Map<String, String> form = Map.of("vmId", capsule, "imageName", "once-" + capsule);
        Map<String, String> key = Map.of("Idempotency-Key", UUID.randomUUID().toString());

        Answer first = router.post("/shareimage", token, form, key);
        Answer again = router.post("/shareimage", token, form, key);

        assertThat(again.body()).isEqualTo(first.body());
        assertThat(images()).isEqualTo("1");
    }

    private Answer cancel(String operation, String by) throws Exception {
        return router.delete("/v1/operations/" + operation, by);
    }

    /** From now on images are not made; the commands come to {@link #sharing}. */
    private void hold() {
        agent.behave(command -> {
            if (command.command() instanceof Command.ShareImage) {
                sharing.add(command);
                return new Behaviour.AcceptAndForget();
            }
            return new Behaviour.Do(agent.done(command));
        });
    }

    /** An image that can be active is, so the others have been looked at as well. */
    private void awaitCareHasLooked() throws Exception {
        String id = UUID.randomUUID().toString();
        router.change(false, List.of("""
                insert into image (id, name, is_public, owner, status, sha256)
                values ('%s', '%1$s', false, '%s', 'SHARE_PENDING', '%s')
                """.formatted(id, owner, TestRouter.IMAGE.hex())));
        awaitImage(id, "ACTIVE");
    }

    /** What it began, if it began something, has ended. */
    private void end(Answer answer) {
        String operation = answer.body().getString("operation");
        if (operation != null) {
            router.awaitSql("select finished_at is not null from operation where id = '" + operation + "'", "t");
        }
    }

    private Answer share(Map<String, String> form) throws Exception {
        Map<String, String> whole = new HashMap<>(form);
        whole.put("vmId", capsule);
        return router.post("/shareimage", token, whole);
    }

    private void put(String state, String mode) throws Exception {
        router.execute(
                "update capsule set state = '" + state + "', mode = '" + mode + "' where id = '" + capsule + "'");
    }

    private String images() throws Exception {
        return router.sql("select count(*) from image where source_capsule = '" + capsule + "'");
    }

    private String error(String image) throws Exception {
        return router.sql("select error from image where id = '" + image + "'");
    }

    private void awaitImage(String id, String status) {
        router.awaitSql("select status from image where id = '" + id + "'", status);
    }

    private void awaitCapsule(String state) {
        router.awaitSql("select state from capsule where id = '" + capsule + "'", state);
    }
}
