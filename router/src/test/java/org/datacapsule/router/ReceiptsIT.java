package org.datacapsule.router;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.vertx.core.json.JsonObject;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.UUID;
import java.util.function.Function;
import org.datacapsule.common.capsule.CapsuleEvent.Found;
import org.datacapsule.common.capsule.CapsuleMode;
import org.datacapsule.common.id.OperationId;
import org.datacapsule.common.signing.ReceiptVerifier;
import org.datacapsule.common.wire.Capacity;
import org.datacapsule.common.wire.Command;
import org.datacapsule.common.wire.CommandEnvelope;
import org.datacapsule.common.wire.ModeReceipt;
import org.datacapsule.common.wire.Outcome;
import org.datacapsule.common.wire.PortRange;
import org.datacapsule.common.wire.SignedReceipt;
import org.datacapsule.common.wire.WireJson;
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

/** Mode receipts: without one that holds no switch has succeeded; those that hold are kept for good, and shown. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ReceiptsIT {
    private TestRouter router;
    private FakeAgent agent;
    private String image;
    private String owner = "";

    @BeforeAll
    void start(@TempDir Path directory) throws Exception {
        router = TestRouter.start(
                directory, Map.of("quota.vcpus", "10000", "quota.memory-mb", "1000000", "quota.disk-gb", "100000"));
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
    }

    @Test
    void aSwitchWithoutItsReceiptDoesNotPassForOne() throws Exception {
        for (String mode : List.of("secure", "maintenance")) {
            String id = mode.equals("secure") ? running() : secure();
            agent.behave(command -> new Behaviour.Do(Outcome.Succeeded.DONE));

            String operation = switchTo(id, mode).body().getString("operation");
            awaitStatus(id, "ERROR NOT_DEFINED");

            assertThat(failure(operation)).isEqualTo("FAILED 1 host.receipt-invalid");
            assertThat(router.get("/v1/operations/" + operation, router.token(owner))
                            .body()
                            .getJsonObject("error")
                            .getString("description"))
                    .isEqualTo(
                            "Host h1 says that it is done, but its mode receipt does not hold: there is none. Look at"
                                    + " the host, then recover the capsule, which leads to the mode that is in force there.");
            succeedAgain();
        }
    }

    @Test
    void aReceiptThatDoesNotHoldIsNone() throws Exception {
        Map<String, Function<CommandEnvelope, SignedReceipt>> forgeries = new LinkedHashMap<>();
        forgeries.put("altered text", command -> {
            SignedReceipt good = secured(command);
            return new SignedReceipt(good.keyId(), good.receipt().replace("0a", "0c"), good.signature());
        });
        forgeries.put("space added", command -> {
            SignedReceipt good = secured(command);
            return new SignedReceipt(good.keyId(), good.receipt() + " ", good.signature());
        });
        forgeries.put("another host's key", command -> {
            SignedReceipt good = secured(command);
            return new SignedReceipt("0123456789abcdef", good.receipt(), good.signature());
        });
        forgeries.put("odd key id", command -> {
            SignedReceipt good = secured(command);
            return new SignedReceipt("a\0b", good.receipt(), good.signature());
        });
        forgeries.put("no signature", command -> {
            SignedReceipt good = secured(command);
            return new SignedReceipt(good.keyId(), good.receipt(), "");
        });
        forgeries.put("of the other mode", command -> agent.sign(agent.receipt(command, CapsuleMode.MAINTENANCE)));
        forgeries.put("of another operation", command -> agent.sign(of(agent.receipt(command, CapsuleMode.SECURE))));
        forgeries.forEach((name, forgery) -> {
            try {
                String id = running();
                agent.behave(command -> new Behaviour.Do(
                        command.command() instanceof Command.SwitchToSecure
                                ? Outcome.Succeeded.with(forgery.apply(command))
                                : agent.done(command)));

                String operation = switchTo(id, "secure").body().getString("operation");
                awaitStatus(id, "ERROR NOT_DEFINED");

                assertThat(failure(operation)).as(name).isEqualTo("FAILED 1 host.receipt-invalid");
                assertThat(kept(id)).as(name).isEqualTo("null");
            } catch (Exception e) {
                throw new AssertionError(name, e);
            }
        });
    }

    @Test
    void aCapsuleIsRecoveredToTheModeInForceAndNoReceiptIsMadeUp() throws Exception {
        String id = running();
        agent.behave(command -> new Behaviour.Do(Outcome.Succeeded.found(
                command.command() instanceof Command.Inspect ? Found.RUNNING_IN_SECURE : Found.UNSAID)));
        switchTo(id, "secure");
        awaitStatus(id, "ERROR NOT_DEFINED");

        router.post("/v1/capsules/" + id + "/recover", router.token("op", TokenRole.OPERATOR), Map.of());

        awaitStatus(id, "RUNNING SECURE");
        assertThat(kept(id)).isEqualTo("null");
    }

    @Test
    void theEndOfASecureGuestLeavesAReceiptToo() throws Exception {
        agent.behave(command -> new Behaviour.Do(
                command.command() instanceof Command.Stop || command.command() instanceof Command.Delete
                        ? Outcome.Succeeded.with(agent.sign(agent.receipt(command, CapsuleMode.NOT_DEFINED)))
                        : agent.done(command)));
        String id = secure();
        post("/stopvm", id);
        awaitStatus(id, "SHUTDOWN NOT_DEFINED");
        post("/launchvm", id);
        awaitStatus(id, "RUNNING MAINTENANCE");
        post("/deletevm", id);
        awaitStatus(id, "DELETED NOT_DEFINED");

        assertThat(kept(id)).isEqualTo("SECURE, NOT_DEFINED, NOT_DEFINED");
    }

    @Test
    void whereNoneIsOwedABadReceiptIsLeftOutAndHarmsNothing() throws Exception {
        agent.behave(command -> new Behaviour.Do(
                command.command() instanceof Command.SyncKeys
                        ? Outcome.Succeeded.DONE
                        : Outcome.Succeeded.with(secured(command))));
        String id = running();
        post("/stopvm", id);
        awaitStatus(id, "SHUTDOWN NOT_DEFINED");
        post("/deletevm", id);
        awaitStatus(id, "DELETED NOT_DEFINED");

        assertThat(kept(id)).isEqualTo("null");
    }

    @Test
    void aHostWithANewKeySignsWithThatFromItsNextHeartbeatOn() throws Exception {
        String id = secure();
        String before = agent.receiptKey();
        agent.changeReceiptKey();
        agent.beat();
        switchTo(id, "maintenance");
        awaitStatus(id, "RUNNING MAINTENANCE");

        assertThat(router.sql("""
                        select string_agg(k.public_key, ' ' order by r.number) from mode_receipt r
                        join host_receipt_key k using (host_id, key_id) where r.capsule_id = '%s'
                        """.formatted(id))).isEqualTo(before + " " + agent.receiptKey());
    }

    @Test
    void receiptsAndKeysAreNeverChanged() throws Exception {
        secure();
        for (String statement : List.of(
                "update mode_receipt set policy = 'x' returning number",
                "delete from mode_receipt returning number",
                "update host_receipt_key set public_key = 'x' returning 1",
                "delete from host_receipt_key returning 1")) {
            assertThatThrownBy(() -> router.sql(statement)).hasMessageContaining("append-only");
        }
    }

    @Test
    void receiptsAreShownNewestFirstAndAreAsTheHostSignedThem() throws Exception {
        String id = secure();
        switchTo(id, "maintenance");
        awaitStatus(id, "RUNNING MAINTENANCE");
        String operation = switchTo(id, "secure").body().getString("operation");
        awaitStatus(id, "RUNNING SECURE");

        List<JsonObject> shown = receipts(id, router.token(owner));

        assertThat(shown.stream().map(one -> one.getString("mode"))).containsExactly("SECURE", "MAINTENANCE", "SECURE");
        JsonObject newest = shown.getFirst();
        assertThat(newest.getString("operation")).isEqualTo(operation);
        assertThat(newest.getString("vmid")).isEqualTo(id);
        assertThat(newest.getString("host")).isEqualTo("h1");
        assertThat(newest.getString("policy")).isEqualTo("secure");
        assertThat(newest.getString("policyHash")).isEqualTo("0a".repeat(32));
        assertThat(newest.getString("rulesHash")).isEqualTo("0b".repeat(32));
        assertThat(newest.getJsonArray("verified")).hasSize(1);
        assertThat(newest.getString("publicKey")).isEqualTo(agent.receiptKey());
        ModeReceipt verified = ReceiptVerifier.verify(
                WireJson.read(newest.getJsonObject("signed").encode(), SignedReceipt.class), agent.receiptKey());
        assertThat(newest.getString("verifiedAt"))
                .isEqualTo(verified.verifiedAt().toString());
        assertThat(newest.getString("volumeAttachedAt"))
                .isEqualTo(verified.volumeAttachedAt().orElseThrow().toString());
        assertThat(shown.get(1).getString("volumeAttachedAt")).isNull();
    }

    @Test
    void pagesTogetherAreTheWholeList() throws Exception {
        String id = secure();
        for (String mode : List.of("maintenance", "secure", "maintenance", "secure")) {
            switchTo(id, mode);
            awaitStatus(id, "RUNNING " + mode.toUpperCase(Locale.ROOT));
        }

        List<Object> paged = new ArrayList<>();
        String cursor = "";
        do {
            Answer page = router.get("/v1/capsules/" + id + "/receipts?limit=2" + cursor, router.token(owner));
            assertThat(page.body().getJsonArray("receipts").size()).isLessThanOrEqualTo(2);
            page.body().getJsonArray("receipts").forEach(paged::add);
            cursor = page.body().containsKey("nextCursor")
                    ? "&cursor=" + page.body().getString("nextCursor")
                    : "";
        } while (!cursor.isEmpty());

        assertThat(paged).hasSize(5).isEqualTo(List.copyOf(receipts(id, router.token(owner))));
    }

    @Test
    void receiptsAreForThoseOnTheCapsuleAndThoseWhoLookAfterAll() throws Exception {
        String id = secure();
        String path = "/v1/capsules/" + id + "/receipts";
        for (TokenRole role : List.of(TokenRole.OPERATOR, TokenRole.ADMIN, TokenRole.REVIEWER)) {
            assertThat(receipts(id, router.token("somebody", role))).hasSize(1);
        }
        for (String stranger : List.of(router.token("stranger"), router.token("host", TokenRole.HOST))) {
            Answer strangers = router.get(path, stranger);
            String none = UUID.randomUUID().toString();
            Answer missing = router.get(path.replace(id, none), stranger);
            assertThat(strangers.code()).isEqualTo(missing.code()).isEqualTo("capsule.not-found");
            assertThat(strangers.body().getString("description").replace(id, none))
                    .isEqualTo(missing.body().getString("description"));
        }
        assertThat(router.get(path.replace(id, UUID.randomUUID().toString()), router.token("op", TokenRole.OPERATOR))
                        .code())
                .isEqualTo("capsule.not-found");

        String sharee = "sharee-" + UUID.randomUUID();
        router.execute("insert into users (guid) values ('" + sharee + "');"
                + "insert into member (capsule_id, user_guid, role, tou) values ('" + id + "', '" + sharee
                + "', 'SHAREE', false)");
        assertThat(router.get(path, router.token(sharee)).code()).isEqualTo("capsule.tou-not-accepted");
        router.execute("update member set tou = true where user_guid = '" + sharee + "'");
        assertThat(receipts(id, router.token(sharee))).hasSize(1);
        router.execute("update capsule set type = 'RESEARCH-FULL' where id = '" + id + "'");
        assertThat(router.get(path, router.token(sharee)).code()).isEqualTo("capsule.full-access-required");
    }

    @Test
    void receiptsOutliveTheirCapsule() throws Exception {
        String id = secure();
        post("/deletevm", id);
        awaitStatus(id, "DELETED NOT_DEFINED");

        assertThat(receipts(id, router.token("auditor", TokenRole.REVIEWER))).hasSize(1);
        assertThat(receipts(id, router.token(owner))).hasSize(1);
    }

    @Test
    void theHostsKeyIsShown() throws Exception {
        JsonObject host = router.get("/v1/hosts", router.token("op", TokenRole.OPERATOR))
                .body()
                .getJsonArray("hosts")
                .getJsonObject(0);

        assertThat(host.getString("receiptKey")).isEqualTo(agent.receiptKey());
        assertThat(host.getString("receiptKeyId")).isEqualTo(ReceiptVerifier.keyId(agent.receiptKey()));
    }

    private List<JsonObject> receipts(String id, String token) throws Exception {
        Answer answer = router.get("/v1/capsules/" + id + "/receipts", token);
        assertThat(answer.status()).as(answer.body().encode()).isEqualTo(200);
        return answer.body().getJsonArray("receipts").stream()
                .map(JsonObject.class::cast)
                .toList();
    }

    private SignedReceipt secured(CommandEnvelope command) {
        return agent.sign(agent.receipt(command, CapsuleMode.SECURE));
    }

    private static ModeReceipt of(ModeReceipt receipt) {
        return new ModeReceipt(
                receipt.capsule(),
                receipt.host(),
                OperationId.random(),
                receipt.generation(),
                receipt.mode(),
                receipt.policy(),
                receipt.policyHash(),
                receipt.rulesHash(),
                receipt.verified(),
                receipt.verifiedAt(),
                receipt.volumeAttachedAt());
    }

    private String failure(String operation) throws Exception {
        return router.sql(
                "select concat_ws(' ', state, attempt, error_code) from operation where id = '" + operation + "'");
    }

    private String kept(String id) throws Exception {
        return router.sql(
                "select string_agg(mode, ', ' order by number) from mode_receipt where capsule_id = '" + id + "'");
    }

    private Answer switchTo(String id, String mode) throws Exception {
        return post("/switchvm", owner, Map.of("vmid", id, "mode", mode));
    }

    private void post(String path, String id) throws Exception {
        post(path, owner, Map.of("vmid", id));
    }

    private Answer post(String path, String user, Map<String, String> form) throws Exception {
        Answer answer = router.post(path, router.token(user), form);
        assertThat(answer.status()).as(path + " " + answer.body()).isEqualTo(200);
        return answer;
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

    private void awaitStatus(String id, String status) {
        router.awaitSql("select state || ' ' || mode from capsule where id = '" + id + "'", status);
    }
}
