package org.datacapsule.router;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.KeyPair;
import java.security.cert.CertificateFactory;
import java.security.cert.X509CRL;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.function.Function;
import org.awaitility.Awaitility;
import org.datacapsule.common.bus.BusException;
import org.datacapsule.common.certificate.EllipticKeys;
import org.datacapsule.common.certificate.Identity;
import org.datacapsule.common.certificate.SigningRequest;
import org.datacapsule.common.error.ProblemException;
import org.datacapsule.common.id.CapsuleId;
import org.datacapsule.common.id.HostId;
import org.datacapsule.common.id.OperationId;
import org.datacapsule.common.id.ResultId;
import org.datacapsule.common.id.Sha256;
import org.datacapsule.common.join.JoinAnswer;
import org.datacapsule.common.join.JoinRequest.Asked;
import org.datacapsule.common.join.JoinToken;
import org.datacapsule.common.signing.ReportSigner;
import org.datacapsule.common.wire.Capacity;
import org.datacapsule.common.wire.Contracts;
import org.datacapsule.common.wire.Outcome;
import org.datacapsule.common.wire.OutcomeReport;
import org.datacapsule.common.wire.PortRange;
import org.datacapsule.common.wire.ProgressReport;
import org.datacapsule.common.wire.Renewal;
import org.datacapsule.common.wire.ResultMessage;
import org.datacapsule.common.wire.Revocations;
import org.datacapsule.common.wire.SignedReport;
import org.datacapsule.router.http.TokenRole;
import org.datacapsule.router.testing.FakeAgent;
import org.datacapsule.router.testing.TestRouter;
import org.datacapsule.router.testing.TestRouter.Answer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** Machines become hosts by tokens, hosts speak for themselves only, and stop being hosts. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class JoinIT {
    private static final Capacity CAPACITY = new Capacity(8, 8192, 100);
    private static final PortRange PORTS = new PortRange(20_000, 5_900, 5);

    private TestRouter router;
    private FakeAgent agent;

    @BeforeAll
    void start(@TempDir Path directory) throws Exception {
        router = TestRouter.start(directory, Map.of("placement.labels.demo", "gpu"));
        agent = router.agent("h1", CAPACITY, PORTS);
    }

    @AfterAll
    void stop() throws Exception {
        agent.close();
        router.close();
    }

    @Test
    void aTokenIsForOneKeyOfOneHost() throws Exception {
        JoinToken token = router.joinToken("one");
        KeyPair keys = EllipticKeys.make();
        Asked asked = TestRouter.asked("one", token, keys);

        Answer first = router.join(asked, token.proof(asked));
        Answer again = router.join(asked, token.proof(asked));
        Asked other = TestRouter.asked("one", token, EllipticKeys.make());

        assertThat(first.status()).isEqualTo(200);
        assertThat(again.body()).as("the same, where the answer was lost").isEqualTo(first.body());
        assertThat(router.join(other, token.proof(other)).code()).isEqualTo("host.join-token-used");
        assertThat(router.sql("select detail from audit where action = 'host_joined' and detail like 'host=one %'"))
                .contains("token=" + token.id())
                .contains("of=administrator");
    }

    @Test
    void whoSeesARequestCannotMakeOneOfItsOwn() throws Exception {
        JoinToken token = router.joinToken("two");
        Asked seen = TestRouter.asked("two", token, EllipticKeys.make());
        Asked mine = TestRouter.asked("two", token, EllipticKeys.make());

        Answer answer = router.join(mine, token.proof(seen));

        assertThat(answer.status()).isEqualTo(403);
        assertThat(answer.code()).isEqualTo("host.join-refused");
        assertThat(router.sql("select count(*) from host_identity where host_id = 'two'"))
                .isEqualTo("0");
    }

    @Test
    void aTokenThatIsUnknownExpiredOrForAnotherHostSaysWhatToDo() throws Exception {
        JoinToken unknown = JoinToken.random("0".repeat(64));
        Asked asked = TestRouter.asked("three", unknown, EllipticKeys.make());
        assertRefused(router.join(asked, unknown.proof(asked)), "host.join-token-unknown", "for a new one");

        JoinToken token = router.joinToken("three");
        Asked wrong = TestRouter.asked("four", token, EllipticKeys.make());
        assertRefused(router.join(wrong, token.proof(wrong)), "host.join-refused", "for host three");

        router.execute(
                "update join_token set expires_at = now() - interval '1 second' where id = '" + token.id() + "'");
        Asked late = TestRouter.asked("three", token, EllipticKeys.make());
        assertRefused(router.join(late, token.proof(late)), "host.join-token-expired", "expired at");
    }

    private static void assertRefused(Answer answer, String code, String words) {
        assertThat(answer.status()).isEqualTo(403);
        assertThat(answer.code()).isEqualTo(code);
        assertThat(answer.body().getString("description")).contains(words);
    }

    @Test
    void aRequestThatIsNoneOrUsesOneKeyForBothIsRefused() throws Exception {
        JoinToken token = router.joinToken("five");
        KeyPair keys = EllipticKeys.make();
        Asked garbage = new Asked(token.id(), "five", "garbage", "garbage");
        String request = SigningRequest.make(keys, "five");
        Asked twice = new Asked(token.id(), "five", request, SigningRequest.make(keys, "five"));

        assertThat(router.join(garbage, token.proof(garbage)).code()).isEqualTo("request.invalid");
        assertThat(router.join(twice, token.proof(twice)).body().getString("description"))
                .contains("must be another");
    }

    @Test
    void onlyAdministratorsMakeTokensAndTheDatabaseDoesNotTellThem() throws Exception {
        Map<String, String> form = Map.of("host", "six", "addresses", "10.0.0.6,h6.example.org");
        Answer made = router.post("/v1/hosts/join-tokens", router.token("admin", TokenRole.ADMIN), form);
        JoinToken token = JoinToken.parse(made.body().getString("token"));

        assertThat(router.post("/v1/hosts/join-tokens", router.token("operator", TokenRole.OPERATOR), form)
                        .status())
                .isEqualTo(403);
        assertThat(router.sql("select row_to_json(t)::text from join_token t where id = '" + token.id() + "'"))
                .doesNotContain(token.secret());
        assertThat(router.sql("select detail from audit where detail like '%" + token.id() + "%'"))
                .contains("addresses=10.0.0.6,h6.example.org")
                .doesNotContain(token.secret());
        assertThat(router.post(
                                "/v1/hosts/join-tokens",
                                router.token("admin", TokenRole.ADMIN),
                                Map.of("host", "six", "addresses", "10.0.0.999"))
                        .code())
                .isEqualTo("request.invalid");
    }

    @Test
    void aHostSpeaksForItselfOnly() throws Exception {
        OperationId operation = OperationId.random();
        HostId other = new HostId("h2");

        assertThatThrownBy(() ->
                        agent.tell(Contracts.OUTCOME, new OutcomeReport(operation, 1, other, Outcome.Succeeded.DONE)))
                .isInstanceOf(ProblemException.class)
                .hasMessageContaining("speaks for another host");
        assertThatThrownBy(() -> agent.tell(Contracts.PROGRESS, new ProgressReport(operation, 1, other, "step", 1)))
                .isInstanceOf(ProblemException.class);
        assertThatThrownBy(() -> agent.ship(new ResultMessage.Begin(
                        new ResultId(UUID.randomUUID()),
                        new CapsuleId(UUID.randomUUID()),
                        other,
                        1,
                        1,
                        new Sha256("0".repeat(64)),
                        Instant.now())))
                .isInstanceOf(ProblemException.class);
    }

    @Test
    void whatIsSignedWithAnotherKeyOrChangedOrHeardBeforeIsRefused() throws Exception {
        KeyPair own = EllipticKeys.make();
        SignedReport forged = new ReportSigner(
                        new HostId("h1"), own.getPrivate(), own.getPublic(), InstantSource.system())
                .sign(Contracts.PROGRESS, new ProgressReport(OperationId.random(), 1, new HostId("h1"), "step", 1));
        SignedReport beat = agent.signedBeat();
        agent.send(Contracts.HEARTBEAT, beat);
        SignedReport changed = new SignedReport(
                beat.host(), beat.keyId(), beat.at(), beat.report().replace("8192", "81920"), beat.signature());

        assertThatThrownBy(() -> agent.send(Contracts.PROGRESS, forged)).hasMessageContaining("has no key");
        assertThatThrownBy(() -> agent.send(Contracts.HEARTBEAT, changed)).hasMessageContaining("does not fit");
        assertThatThrownBy(() -> agent.send(Contracts.HEARTBEAT, beat)).hasMessageContaining("a later one has come");
    }

    @Test
    void whoseClockIsWrongIsToldSo() throws Exception {
        Identity identity = router.join("slow");
        SignedReport old = new ReportSigner(
                        new HostId("slow"),
                        identity.key(),
                        identity.certificate().getPublicKey(),
                        () -> Instant.now().minusSeconds(300))
                .sign(Contracts.PROGRESS, new ProgressReport(OperationId.random(), 1, new HostId("slow"), "step", 1));

        assertThatThrownBy(() -> agent.send(Contracts.PROGRESS, old)).hasMessageContaining("clocks of router and host");
    }

    @Test
    void whoJoinsAgainIsHeardByTheNewKeyOnly() throws Exception {
        try (FakeAgent before = router.agent("again", CAPACITY, PORTS);
                FakeAgent after = router.agent("again", CAPACITY, PORTS)) {
            after.beat();

            assertThatThrownBy(() -> agent.send(Contracts.HEARTBEAT, before.signedBeat()))
                    .hasMessageContaining("joined again since");
            Awaitility.await().atMost(Duration.ofSeconds(30)).until(() -> !before.isLinked());
            assertThat(after.isLinked()).isTrue();
            assertThat(
                            router.sql(
                                    "select count(*) from audit where action = 'host_joined' and detail like 'host=again %instead of key%'"))
                    .isEqualTo("1");
        }
    }

    @Test
    void aRenewedKeyIsTheOnlyOneOnceItWasUsedAndNotBefore() throws Exception {
        KeyPair keys = EllipticKeys.make();
        try (FakeAgent host = router.agent("renews", CAPACITY, PORTS)) {
            Renewal renewal = new Renewal(
                    SigningRequest.make(keys, "renews"), SigningRequest.make(EllipticKeys.make(), "renews"));
            host.tell(Contracts.RENEWAL, renewal);
            // The answer may be lost: until the new key speaks, the old one does.
            host.tell(Contracts.RENEWAL, renewal);
            host.beat();
            ReportSigner renewed =
                    new ReportSigner(new HostId("renews"), keys.getPrivate(), keys.getPublic(), InstantSource.system());
            ProgressReport report = new ProgressReport(OperationId.random(), 1, new HostId("renews"), "step", 1);
            host.send(Contracts.PROGRESS, renewed.sign(Contracts.PROGRESS, report));

            assertThatThrownBy(() -> agent.send(Contracts.HEARTBEAT, host.signedBeat()))
                    .isInstanceOf(ProblemException.class);
            agent.send(Contracts.PROGRESS, renewed.sign(Contracts.PROGRESS, report));
        }
        assertThat(router.sql("select count(*) from audit where action = 'host_renewed'"))
                .isNotEqualTo("0");
    }

    @Test
    void whatAHostWasGivenIsOnTheListsOfAllOthersOnceItIsRemoved() throws Exception {
        String operator = router.token("operator", TokenRole.OPERATOR);
        try (FakeAgent gone = router.agent("gone", CAPACITY, PORTS)) {
            gone.tell(
                    Contracts.RENEWAL,
                    new Renewal(
                            SigningRequest.make(EllipticKeys.make(), "gone"),
                            SigningRequest.make(EllipticKeys.make(), "gone")));
            Set<String> members = serials("gone", "members");
            Set<String> links = serials("gone", "links");
            assertThat(members).as("what it joined with, and was renewed to").hasSize(2);
            assertThat(links).hasSize(2);
            assertThat(revoked(agent, Revocations::members)).doesNotContainAnyElementsOf(members);
            long before = agent.revocations();
            router.put("/v1/hosts/gone", operator, Map.of("enabled", "false"));

            assertThat(router.delete("/v1/hosts/gone", operator).status()).isEqualTo(200);

            Awaitility.await()
                    .atMost(Duration.ofSeconds(30))
                    .until(() -> revoked(agent, Revocations::members).containsAll(members));
            assertThat(revoked(agent, Revocations::links)).containsAll(links);
            assertThat(agent.revocations()).isGreaterThan(before);
            assertThat(agent.revoked().orElseThrow().gone())
                    .contains(new HostId("gone"))
                    .doesNotContain(new HostId("h1"));
            assertThat(revoked(agent, Revocations::members))
                    .as("others' are good")
                    .doesNotContainAnyElementsOf(serials("h1", "members"));
        }
        assertThat(router.sql("select detail from audit where detail like 'host gone removed%'"))
                .contains("certificates revoked: 4");
    }

    @Test
    void aSecondJoinRevokesWhatTheFirstWasGivenAndItsAnswerSaysSo() throws Exception {
        router.join("twice");
        Set<String> first = serials("twice", "links");
        JoinToken token = router.joinToken("twice");
        Asked asked = TestRouter.asked("twice", token, EllipticKeys.make());

        Answer answer = router.join(asked, token.proof(asked));

        Revocations told = new JoinAnswer(
                        answer.body().getString("enrolment"), answer.body().getString("proof"))
                .open(token, asked)
                .revocations()
                .orElseThrow();
        Set<String> second = serials("twice", "links");
        second.removeAll(first);
        assertThat(serials(told.links())).containsAll(first).doesNotContainAnyElementsOf(second);
        assertThat(told.gone()).as("one of its name is there").doesNotContain(new HostId("twice"));
        Awaitility.await()
                .atMost(Duration.ofSeconds(30))
                .until(() -> revoked(agent, Revocations::links).containsAll(first));
    }

    @Test
    void certificatesThatHaveEndedAreForgotten() throws Exception {
        router.join("ended");
        router.execute("update host_certificate set ends_at = now() - interval '2 days', revoked_at = now()"
                + " where host_id = 'ended'");

        router.join("another");

        assertThat(serials("ended", "members")).isEmpty();
        assertThat(serials("another", "members")).hasSize(1);
    }

    private Set<String> serials(String host, String authority) throws Exception {
        String found = router.sql("select coalesce(string_agg(serial, ' '), '') from host_certificate where host_id = '"
                + host + "' and authority = '" + authority + "'");
        return found.isEmpty() ? new HashSet<>() : new HashSet<>(List.of(found.split(" ")));
    }

    /** What the host knows to be revoked. */
    private static Set<String> revoked(FakeAgent host, Function<Revocations, String> which) throws Exception {
        return host.revoked().isEmpty()
                ? Set.of()
                : serials(which.apply(host.revoked().get()));
    }

    private static Set<String> serials(String list) throws Exception {
        X509CRL read = (X509CRL) CertificateFactory.getInstance("X.509")
                .generateCRL(new ByteArrayInputStream(list.getBytes(StandardCharsets.US_ASCII)));
        Set<String> serials = new HashSet<>();
        if (read.getRevokedCertificates() != null) {
            read.getRevokedCertificates()
                    .forEach(entry -> serials.add(entry.getSerialNumber().toString(16)));
        }
        return serials;
    }

    @Test
    void aHostIsRemovedWhenItIsDisabledAndEmptyAndIsNotHeardFromThenOn() throws Exception {
        String operator = router.token("operator", TokenRole.OPERATOR);
        try (FakeAgent leaving = router.agent("leaving", CAPACITY, PORTS)) {
            assertRemoval(router.delete("/v1/hosts/leaving", operator), "disable it first");
            String image = image();
            router.execute("update host set enabled = (id = 'leaving')");
            Answer created = router.post(
                    "/createvm",
                    router.token("ann"),
                    Map.of(
                            "imageid", image,
                            "loginusername", "researcher",
                            "loginpassword", "correct-horse",
                            "vcpu", "1",
                            "memory", "256"));
            String capsule = created.body().getString("vmid");
            router.awaitSql("select state from capsule where id = '" + capsule + "'", "SHUTDOWN");
            router.put("/v1/hosts/leaving", operator, Map.of("enabled", "false"));
            assertRemoval(router.delete("/v1/hosts/leaving", operator), "1 capsules");
            router.post("/deletevm", router.token("ann"), Map.of("vmid", capsule));
            router.awaitSql("select state from capsule where id = '" + capsule + "'", "DELETED");

            assertThat(router.delete("/v1/hosts/leaving", operator).status()).isEqualTo(200);

            assertThatThrownBy(() -> agent.send(Contracts.HEARTBEAT, leaving.signedBeat()))
                    .hasMessageContaining("was removed");
            Awaitility.await().atMost(Duration.ofSeconds(30)).until(() -> !leaving.isLinked());
            assertThatThrownBy(leaving::beat).as("calls again").isInstanceOf(BusException.class);
            assertThat(router.delete("/v1/hosts/leaving", operator).code()).isEqualTo("host.not-found");
            assertThat(router.get("/v1/hosts", operator).body().encode()).doesNotContain("leaving");
        }
        try (FakeAgent back = router.agent("leaving", CAPACITY, PORTS)) {
            back.beat();
            assertThat(host("leaving").getBoolean("enabled")).isTrue();
            assertThat(host("leaving").getJsonObject("ports").getInteger("free"))
                    .isEqualTo(5);
        }
    }

    @Test
    void aCapsuleGoesWhereItsTypeIsBetterOffAndThenWhereItsOwnerHasNone() throws Exception {
        String operator = router.token("operator", TokenRole.OPERATOR);
        try (FakeAgent plain = router.agent("plain", CAPACITY, PORTS);
                FakeAgent good = router.agent("with-gpu", CAPACITY, PORTS)) {
            plain.beat();
            good.beat();
            router.execute("update host set enabled = (id in ('plain', 'with-gpu'))");
            router.put("/v1/hosts/with-gpu", operator, Map.of("labels", "gpu"));

            assertThat(hostOfNew("DEMO")).isEqualTo("with-gpu");
            assertThat(hostOfNew("DEMO")).as("more than load and owner").isEqualTo("with-gpu");
            assertThat(hostOfNew("RESEARCH")).as("its owner has none there").isEqualTo("plain");
        } finally {
            router.execute("update host set enabled = true");
        }
    }

    private String hostOfNew(String type) throws Exception {
        Answer created = router.post(
                "/createvm",
                router.token("bob"),
                Map.of(
                        "imageid", image(),
                        "loginusername", "researcher",
                        "loginpassword", "correct-horse",
                        "vcpu", "1",
                        "memory", "256",
                        "type", type,
                        "consent", "true"));
        return router.sql(
                "select host_id from capsule where id = '" + created.body().getString("vmid") + "'");
    }

    private String image() throws Exception {
        String known = router.sql("select id from image where name = 'test'");
        return known.startsWith("(") ? router.registerImage() : known;
    }

    private static void assertRemoval(Answer answer, String why) {
        assertThat(answer.code()).as(answer.body().encode()).isEqualTo("host.not-empty");
        assertThat(answer.body().getString("description")).contains(why);
    }

    @Test
    void hostsAreShownWithLabelsAndTheEndOfTheirCertificate() throws Exception {
        String operator = router.token("operator", TokenRole.OPERATOR);

        assertThat(router.put("/v1/hosts/h1", operator, Map.of("labels", "zone=b,gpu,gpu"))
                        .status())
                .isEqualTo(200);
        assertThat(host("h1").getJsonArray("labels")).isEqualTo(new JsonArray(List.of("gpu", "zone=b")));
        assertThat(Instant.parse(host("h1").getString("certificateEndsAt"))).isAfter(Instant.now());
        router.put("/v1/hosts/h1", operator, Map.of("labels", "-"));
        assertThat(host("h1").getJsonArray("labels")).isEmpty();
        assertThat(router.put("/v1/hosts/h1", operator, Map.of()).code()).isEqualTo("request.invalid");
        assertThat(router.put("/v1/hosts/nowhere", operator, Map.of("labels", "gpu"))
                        .code())
                .isEqualTo("host.not-found");
    }

    private JsonObject host(String name) throws Exception {
        return router
                .get("/v1/hosts", router.token("operator", TokenRole.OPERATOR))
                .body()
                .getJsonArray("hosts")
                .stream()
                .map(JsonObject.class::cast)
                .filter(host -> host.getString("id").equals(name))
                .findFirst()
                .orElseThrow();
    }
}
