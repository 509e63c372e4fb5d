package org.datacapsule.router;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.assertj.core.api.SoftAssertions;
import org.datacapsule.common.wire.Capacity;
import org.datacapsule.common.wire.PortRange;
import org.datacapsule.router.http.BadInput;
import org.datacapsule.router.http.BadInputs;
import org.datacapsule.router.http.RawHttp;
import org.datacapsule.router.http.TestIssuer;
import org.datacapsule.router.testing.FakeAgent;
import org.datacapsule.router.testing.TestRouter;
import org.datacapsule.router.testing.TestRouter.Answer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** Whatever is wrong with a request: it is refused as the contract says, and no row and no host is touched. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class BadInputsChangeNothingIT {
    private static final int LEAST_INPUTS = 60;

    /** Audit rows tell of refusals, and heartbeats renew the host's; everything else must stay as it is. */
    private static final List<String> TABLES = List.of(
            "users", "image", "host_image", "capsule", "member", "host_port", "guest_slot", "operation", "idempotency");

    private final TestIssuer issuer = new TestIssuer();
    private TestRouter router;
    private FakeAgent agent;
    private String image;

    @BeforeAll
    void start(@TempDir Path directory) throws Exception {
        Path keys =
                Files.writeString(directory.resolve("jwks.json"), issuer.jwks().encode());
        router = TestRouter.start(
                directory,
                Map.of(
                        "auth.jwks-file", keys.toString(),
                        "auth.issuer", TestIssuer.ISSUER,
                        "auth.audience", TestIssuer.AUDIENCE));
        agent = router.agent("h1", new Capacity(64, 1 << 20, 100_000), new PortRange(20_000, 6_000, 10));
        image = router.registerImage();
    }

    @AfterAll
    void stop() throws Exception {
        agent.close();
        router.close();
    }

    @Test
    void requestsThatDoNotFitTheContract() throws Exception {
        List<BadInput> inputs = BadInputs.all(issuer);
        assertThat(inputs).hasSizeGreaterThan(LEAST_INPUTS);
        String before = everything();

        SoftAssertions softly = new SoftAssertions();
        for (BadInput input : inputs) {
            RawHttp.Answer answer = RawHttp.send(router.uri().getPort(), input.request());
            softly.assertThat(answer.status()).as(input.name()).isEqualTo(input.status());
            softly.assertThat(answer.json().getString("code")).as(input.name()).isEqualTo(input.code());
        }
        softly.assertAll();

        assertThat(everything()).isEqualTo(before);
        assertThat(agent.received()).isEmpty();
    }

    @Test
    void requestsThatFitTheContractAndNotThisCluster() throws Exception {
        String alice = router.token("alice");
        String none = UUID.randomUUID().toString();
        List<Wrong> wrongs = new ArrayList<>(List.of(
                new Wrong("unknown image", create("imageid", none), "image.not-found"),
                new Wrong("more vcpus than one capsule gets", create("vcpu", "17"), "request.invalid"),
                new Wrong("less memory than one capsule gets", create("memory", "128"), "request.invalid"),
                new Wrong("more memory than one capsule gets", create("memory", "1000000"), "request.invalid"),
                new Wrong("more vcpus than the quota", create("vcpu", "11"), "quota.exceeded"),
                new Wrong("more memory than the quota", create("memory", "20481"), "quota.exceeded"),
                new Wrong(
                        "full access granted by the one who asks", create("full_access", "true"), "request.invalid")));
        Map<String, String> demo = new HashMap<>(create("full_access", "false"));
        demo.put("type", "DEMO");
        wrongs.add(new Wrong("full access on a DEMO capsule", demo, "request.invalid"));
        String before = everything();

        SoftAssertions softly = new SoftAssertions();
        for (Wrong wrong : wrongs) {
            Answer answer = router.post("/createvm", alice, wrong.form());
            softly.assertThat(answer.status()).as(wrong.name()).isEqualTo(400);
            softly.assertThat(answer.code()).as(wrong.name()).isEqualTo(wrong.code());
        }
        for (String path : List.of("/launchvm", "/switchvm", "/stopvm", "/deletevm", "/show")) {
            Answer answer = router.post(path, alice, Map.of("vmid", none, "mode", "secure"));
            softly.assertThat(answer.status()).as(path).isEqualTo(400);
            softly.assertThat(answer.code()).as(path).isEqualTo("capsule.not-found");
        }
        softly.assertAll();

        assertThat(everything()).isEqualTo(before);
        assertThat(agent.received()).isEmpty();
    }

    private record Wrong(String name, Map<String, String> form, String code) {}

    private Map<String, String> create(String changed, String to) {
        Map<String, String> form = new HashMap<>(Map.of(
                "imageid", image,
                "loginusername", "researcher",
                "loginpassword", "correct-horse",
                "vcpu", "1",
                "memory", "256"));
        form.put(changed, to);
        return form;
    }

    private String everything() throws Exception {
        StringBuilder all = new StringBuilder();
        for (String table : TABLES) {
            all.append(table)
                    .append(' ')
                    .append(router.sql(
                            "select md5(coalesce(string_agg(t::text, '|' order by t::text), '')) from " + table + " t"))
                    .append('\n');
        }
        return all.toString();
    }
}
