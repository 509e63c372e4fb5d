package org.datacapsule.router.contract;

import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import org.datacapsule.common.certificate.EllipticKeys;
import org.datacapsule.common.id.CapsuleId;
import org.datacapsule.common.join.JoinRequest.Asked;
import org.datacapsule.common.join.JoinToken;
import org.datacapsule.common.wire.Capacity;
import org.datacapsule.common.wire.Command;
import org.datacapsule.common.wire.PortRange;
import org.datacapsule.router.http.TokenRole;
import org.datacapsule.router.testing.FakeAgent;
import org.datacapsule.router.testing.FakeAgent.Behaviour;
import org.datacapsule.router.testing.ResultShipment;
import org.datacapsule.router.testing.TarFile;
import org.datacapsule.router.testing.TestRouter;
import org.datacapsule.router.testing.TestRouter.Answer;
import org.jspecify.annotations.Nullable;

/** A router with a host and capsules, and requests that fit it as far as the document alone can say. */
final class Stage implements AutoCloseable {
    final TestRouter router;
    final ApiClient client;
    private static final String OTHER_HOST = "host-2";

    private static final int UPLOAD_BYTES = 4096;

    private final FakeAgent agent;
    private final FakeAgent otherAgent;
    private final String image;
    private final Path results;
    private final Path images;
    private final Set<CapsuleId> imagesToCancel = ConcurrentHashMap.newKeySet();

    Stage(Path directory) throws Exception {
        results = directory.resolve("results");
        images = directory.resolve("images");
        router = TestRouter.start(
                directory,
                Map.of(
                        "quota.vcpus", "100000",
                        "quota.disk-gb", "1000000",
                        "quota.memory-mb", "100000000",
                        "quota.images", "100000",
                        "images.import-origins", "https://cloud.example.org",
                        "sharing.support-user.guid", "support"));
        agent = router.agent("h1", new Capacity(100_000, 1 << 26, 10_000_000), new PortRange(20_000, 6_000, 5_000));
        otherAgent = router.agent(
                OTHER_HOST, new Capacity(100_000, 1 << 26, 10_000_000), new PortRange(30_000, 12_000, 5_000));
        for (FakeAgent each : List.of(agent, otherAgent)) {
            // A migration stays under way, for who cancels one, and so does an image that is made for that.
            each.behave(command -> command.command() instanceof Command.SendFiles
                            || (command.command() instanceof Command.ShareImage share
                                    && imagesToCancel.contains(share.spec().id()))
                    ? new Behaviour.AcceptAndForget()
                    : new Behaviour.Do(each.done(command)));
        }
        image = router.registerImage();
        client = new ApiClient(router.uri());
    }

    /** A request with every parameter at its example, by somebody who may make it; things it names are there. */
    ApiRequest good(ApiOperation operation) throws Exception {
        String user = "walker";
        ApiRequest request = new ApiRequest(operation);
        if (operation.secured()) {
            request.as(token(user, operation.tokenRoles()));
        }
        for (ApiOperation.Parameter parameter : operation.parameters()) {
            request.with(parameter.name(), SampleValues.good(parameter.schema()));
        }
        request.values.remove("Idempotency-Key");
        request.values.remove("cursor");
        request.values.replace("imageid", image);
        if (request.values.containsKey("imageId")) {
            prepareImage(operation, user, request);
        }
        // The example would be taken after the first call.
        request.values.replace("imageName", "image-" + UUID.randomUUID());
        for (String name : List.of("uploadId", "importId")) {
            if (request.values.containsKey(name)) {
                request.values.replace(name, intake(user, name.equals("importId")));
            }
        }
        if (operation.id().equals("putUpload")) {
            request.values.remove("Content-Range");
            request.bodyType = "application/octet-stream";
            request.rawBody = Optional.of(new byte[UPLOAD_BYTES]);
        }
        request.values.replace("wait", 0);
        request.values.replace("all", false);
        request.values.replace("reviews", false);
        switch (operation.id()) {
            case "joinHost" -> {
                prepareJoin(request);
                return request;
            }
            case "removeHost" -> {
                request.values.replace("id", emptyHost());
                return request;
            }
            case "showImage" -> {
                request.values.replace("id", image);
                return request;
            }
            default -> {
                // Others need what they name below.
            }
        }
        if (request.values.containsKey("vmid") || request.values.containsKey("id")) {
            prepareCapsule(operation, user, request);
        }
        if (request.values.containsKey("resultid") || request.values.containsKey("randomid")) {
            prepareResult(operation, user, request);
        }
        return request;
    }

    String token(String user, List<String> roles) {
        return router.token(
                user,
                roles.stream()
                        .map(role -> TokenRole.valueOf(role.toUpperCase(Locale.ROOT)))
                        .toArray(TokenRole[]::new));
    }

    private void prepareCapsule(ApiOperation operation, String user, ApiRequest request) throws Exception {
        JsonObject created = createCapsule(user);
        String capsule = created.getString("vmid");
        router.awaitSql("select state from capsule where id = '" + capsule + "'", "SHUTDOWN");
        switch (operation.id()) {
            case "stopvm", "switchvm" -> put(capsule, "RUNNING", "MAINTENANCE");
            case "recoverCapsule" -> put(capsule, "ERROR", "NOT_DEFINED");
            case "deletesharees" -> addSharees(capsule, request.values.get("sharees"));
            case "managecontroller" -> addSharees(capsule, request.values.get("controller"));
            case "exitsharee" -> makeSharee(capsule, user);
            case "migratevm", "recordMigration" -> leadElsewhere(capsule, request);
            // The examples together would be a reviewer's decision; without these it is an owner's change of words.
            case "updatevm" -> List.of("type", "full_access", "guids").forEach(request.values::remove);
            case "revertToSnapshot", "deleteSnapshot", "shareImage" ->
                request.values.replace("snapshot", snapshotOf(capsule));
            default -> {
                // SHUTDOWN is what the others take.
            }
        }
        request.values.replace("vmid", capsule);
        request.values.replace("id", named(operation, created));
        request.values.computeIfPresent("machineIsOff", (name, example) -> request.values.get("id"));
    }

    private String snapshotOf(String capsule) throws Exception {
        String id = UUID.randomUUID().toString();
        router.change(false, List.of("""
                insert into snapshot (id, capsule_id, name, description, status, bytes, operation, lineage, created_by)
                select '%s', capsule_id, 'prepared', '', 'AVAILABLE', 1, gen_random_uuid(), id, 'walker'
                from file_lineage where capsule_id = '%s' and kind = 'DISK'
                """.formatted(id, capsule)));
        return id;
    }

    /** One of the user's own, in a state that fits. */
    private void prepareImage(ApiOperation operation, String user, ApiRequest request) throws Exception {
        String status = switch (operation.id()) {
            case "activateImage" -> "SHARE_PENDING";
            case "deleteImage" -> "DELETE_PENDING";
            default -> "ACTIVE";
        };
        String id = UUID.randomUUID().toString();
        router.change(
                false, List.of("insert into users (guid) values ('" + user + "') on conflict do nothing", """
                        insert into image (id, name, is_public, owner, status, sha256)
                        values ('%s', '%s', false, '%s', '%s', '%s')
                        """.formatted(
                                id, "prepared-" + id, user, status, "ab".repeat(32))));
        request.values.replace("imageId", id);
        Files.writeString(images.resolve("ab".repeat(32) + ".qcow2"), "what a client gets");
    }

    private String intake(String user, boolean imported) throws Exception {
        String name = "file-" + UUID.randomUUID();
        Answer begun = imported
                ? router.post(
                        "/v1/images/imports",
                        router.token(user),
                        Map.of("imageName", name, "url", "https://cloud.example.org/disk.qcow2"))
                : router.post(
                        "/v1/images/uploads",
                        router.token(user),
                        Map.of("imageName", name, "sizeBytes", Integer.toString(UPLOAD_BYTES), "format", "raw"));
        assertThat(begun.status()).as(begun.body().encode()).isEqualTo(200);
        return begun.body().getString("imageId");
    }

    private Object named(ApiOperation operation, JsonObject created) throws Exception {
        String capsule = created.getString("vmid");
        if (operation.id().equals("cancelOperation")) {
            return imageBeingMadeOf(capsule);
        }
        if (operation.path().contains("/operations/")) {
            return created.getString("operation");
        }
        if (operation.path().contains("/drift/")) {
            return orphan(capsule);
        }
        if (operation.id().equals("fenceHost") || operation.id().equals("evacuateHost")) {
            return deadHost(operation.id().equals("evacuateHost"));
        }
        if (operation.path().contains("/hosts/")) {
            return OTHER_HOST;
        }
        return operation.path().contains("/migrations/") ? migrationOf(capsule) : capsule;
    }

    private String imageBeingMadeOf(String capsule) throws Exception {
        imagesToCancel.add(CapsuleId.parse(capsule));
        Answer shared = router.post(
                "/shareimage",
                router.token("walker"),
                Map.of("vmid", capsule, "imageName", "cancelled-" + UUID.randomUUID()));
        assertThat(shared.status()).as(shared.body().encode()).isEqualTo(200);
        return shared.body().getString("operation");
    }

    private String deadHost(boolean fenced) throws Exception {
        String host = "dead-" + UUID.randomUUID();
        router.change(false, List.of("""
                insert into host (id, incarnation, version, address, acceleration, cpus, memory_mb, disk_gb, ssh_first,
                                  vnc_first, port_count, guest_network, lease_until, unreachable_since, fence_state,
                                  fenced_at)
                values ('%s', gen_random_uuid(), 'test', '127.0.0.1', 'none', 1, 1, 1, 20000, 6000, 1, '10.90.0.0/16',
                        now() - interval '1 hour', now() - interval '1 hour', %s, now())
                """.formatted(host, fenced ? "'FENCED'" : "null")));
        return host;
    }

    private String orphan(String capsule) throws Exception {
        String host = deadHost(false);
        router.change(false, List.of("""
                insert into drift (kind, host_id, capsule_id, subject, seen)
                values ('ORPHAN', '%s', '%s', '%2$s', 'for the contract')
                """.formatted(host, capsule)));
        return router.sql("select id::text from drift where host_id = '" + host + "'");
    }

    private void leadElsewhere(String capsule, ApiRequest request) throws Exception {
        String elsewhere = elsewhere(capsule);
        String free = "select min(%s)::text from host_port where capsule_id is null and host_id = '" + elsewhere + "'";
        request.values.replace("host", elsewhere);
        request.values.replace("sshport", Integer.parseInt(router.sql(free.formatted("ssh_port"))));
        request.values.replace("vncport", Integer.parseInt(router.sql(free.formatted("vnc_port"))));
    }

    private String elsewhere(String capsule) throws Exception {
        return router.sql(
                "select id from host where lease_until > now() and id <> (select host_id from capsule where id = '"
                        + capsule + "')");
    }

    private String migrationOf(String capsule) throws Exception {
        router.change(false, List.of("update host set enabled = true"));
        Answer started = router.post(
                "/migratevm",
                router.token("walker", TokenRole.OPERATOR),
                Map.of("vmid", capsule, "host", elsewhere(capsule)));
        assertThat(started.status()).as(started.body().encode()).isEqualTo(200);
        String id = started.body().getString("operation");
        router.awaitSql("select phase from migration where operation_id = '" + id + "'", "SEND_FILES");
        return id;
    }

    private void prepareJoin(ApiRequest request) throws Exception {
        String host = "host-" + UUID.randomUUID();
        JoinToken token = router.joinToken(host);
        Asked asked = TestRouter.asked(host, token, EllipticKeys.make());
        request.with("token", asked.token())
                .with("host", host)
                .with("request", asked.request())
                .with("linkRequest", asked.linkRequest())
                .with("proof", token.proof(asked));
    }

    /** One that was heard of once and is disabled. */
    private String emptyHost() throws Exception {
        String host = "host-" + UUID.randomUUID();
        router.change(false, List.of("""
                        insert into host (id, incarnation, version, address, acceleration, cpus, memory_mb, disk_gb, ssh_first,
                                          vnc_first, port_count, guest_network, lease_until, enabled)
                        values ('%s', gen_random_uuid(), 'test', '127.0.0.1', 'tcg', 1, 1, 1, 20000, 5900, 1, '10.90.0.0/16',
                                now(), false)
                        """.formatted(host)));
        return host;
    }

    private JsonObject createCapsule(String user) throws Exception {
        Answer created = router.post(
                "/createvm",
                router.token(user),
                Map.of(
                        "imageid", image,
                        "loginusername", "researcher",
                        "loginpassword", "correct-horse",
                        "vcpu", "1",
                        "memory", "256"));
        assertThat(created.status()).as(created.body().encode()).isEqualTo(200);
        return created.body();
    }

    /** One of the user's own, or for a reviewer one of somebody else's. */
    private void prepareResult(ApiOperation operation, String user, ApiRequest request) throws Exception {
        boolean reviewed = !operation.tokenRoles().isEmpty();
        byte[] archive = TarFile.small(UUID.randomUUID().toString());
        String sha256 = ResultShipment.sha256(archive);
        String capsule = createCapsule(reviewed ? "another-owner" : user).getString("vmid");
        String id = UUID.randomUUID().toString();
        Files.write(results.resolve(id + ".tar"), archive);
        router.change(
                false,
                List.of(
                        """
                        insert into result (id, capsule_id, bytes, sha256, asked_at, status, files, decided_at)
                        values ('%s', '%s', %d, '%s', now(), %s)
                        """.formatted(
                                        id,
                                        capsule,
                                        archive.length,
                                        sha256,
                                        reviewed ? "'PENDING', '[]', null" : "'RELEASED', '[]', now()"),
                        """
                        insert into result_link (token_hash, result_id, user_guid, expires_at)
                        values (sha256('%s'), '%s', 'walker', now() + interval '1 hour')
                        """.formatted(id, id)));
        request.values.replace("resultid", id);
        request.values.replace("randomid", id);
        request.values.replace("sha256", sha256);
    }

    private void addSharees(String capsule, @Nullable Object guids) throws Exception {
        for (String guid : String.valueOf(guids).split(",", -1)) {
            router.change(
                    false,
                    List.of(
                            "insert into users (guid) values ('" + guid + "') on conflict do nothing",
                            "insert into member (capsule_id, user_guid, role, tou) values ('" + capsule + "', '" + guid
                                    + "', 'SHAREE', true)"));
        }
    }

    private void makeSharee(String capsule, String user) throws Exception {
        addSharees(capsule, "another-owner");
        router.change(
                false,
                List.of(
                        "update member set role = 'SHAREE' where capsule_id = '" + capsule + "' and user_guid = '"
                                + user + "'",
                        "update member set role = 'OWNER-CONTROLLER' where capsule_id = '" + capsule
                                + "' and user_guid = 'another-owner'"));
    }

    private void put(String capsule, String state, String mode) throws Exception {
        UUID id = UUID.fromString(capsule);
        router.change(
                false,
                List.of("update capsule set state = '" + state + "', mode = '" + mode + "' where id = '" + id + "'"));
    }

    @Override
    public void close() throws IOException {
        agent.close();
        otherAgent.close();
        router.close();
    }
}
