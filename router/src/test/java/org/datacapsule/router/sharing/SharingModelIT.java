package org.datacapsule.router.sharing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.vertx.core.json.JsonObject;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.datacapsule.common.wire.Capacity;
import org.datacapsule.common.wire.PortRange;
import org.datacapsule.router.http.TokenRole;
import org.datacapsule.router.sharing.SharingModel.Step;
import org.datacapsule.router.testing.FakeAgent;
import org.datacapsule.router.testing.TestRouter;
import org.datacapsule.router.testing.TestRouter.Answer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/**
 * Random sequences of every command by several users against {@link SharingModel}, over HTTP; {@code -Dseed=} replays one.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class SharingModelIT {
    private static final int STEPS = 300;
    private static final int QUOTA = 2;

    private TestRouter router;
    private FakeAgent agent;
    private String image;
    private final Map<String, SharingModel> models = new TreeMap<>();
    private final Map<String, Integer> used = new TreeMap<>();
    private final Map<String, String> owners = new TreeMap<>();

    @BeforeAll
    void start(@TempDir Path directory) throws Exception {
        router = TestRouter.start(
                directory,
                Map.of("quota.vcpus", Integer.toString(QUOTA), "sharing.support-user.guid", SharingModel.SUPPORT));
        agent = router.agent("h1", new Capacity(640, 1 << 20, 100_000), new PortRange(20_000, 6_000, 500));
        image = router.registerImage();
    }

    @AfterAll
    void stop() throws Exception {
        agent.close();
        router.close();
    }

    @Test
    void randomSequencesDoWhatTheModelSays() throws Exception {
        long seed = Long.getLong("seed", System.nanoTime());
        Random random = new Random(seed);
        for (int number = 0; number < STEPS; number++) {
            String as = "-Dseed=" + seed + " step " + number;
            int what = random.nextInt(20);
            if (models.isEmpty() || what == 0) {
                create(pick(random, SharingModel.USERS), as);
            } else {
                String id = pick(random, List.copyOf(models.keySet()));
                String actor = pick(random, SharingModel.USERS);
                switch (what) {
                    case 1, 2 -> command(id, actor, "launchvm", "SHUTDOWN", "RUNNING", as);
                    case 3, 4 -> command(id, actor, "stopvm", "RUNNING", "SHUTDOWN", as);
                    case 5 -> command(id, actor, "deletevm", "", "DELETED", as);
                    default -> step(id, Step.random(random), as);
                }
            }
            assertInvariants(as);
        }
    }

    private void create(String actor, String as) throws Exception {
        Answer answer = router.post(
                "/createvm",
                router.token(actor),
                Map.of(
                        "imageid", image,
                        "loginusername", "researcher",
                        "loginpassword", "correct-horse",
                        "vcpu", "1",
                        "memory", "256"));
        boolean fits = used.getOrDefault(actor, 0) < QUOTA;
        assertThat(answer.status() == 200 ? "ok" : answer.code()).as(as).isEqualTo(fits ? "ok" : "quota.exceeded");
        if (fits) {
            String id = answer.body().getString("vmid");
            settled(id, "SHUTDOWN");
            models.put(id, new SharingModel(actor));
            owners.put(id, actor);
            used.merge(actor, 1, Integer::sum);
        }
    }

    private void command(String id, String actor, String name, String from, String to, String as) throws Exception {
        SharingModel model = models.getOrDefault(id, new SharingModel("nobody"));
        String role = model.role(actor);
        boolean forRole = name.equals("deletevm") ? role.startsWith("OWNER") : role.endsWith("CONTROLLER");
        String full = as + " " + actor + " " + name + " " + id + " " + model;
        Answer answer = router.post("/" + name, router.token(actor), Map.of("vmid", id));
        if (forRole
                && model.hasAccess(actor)
                && (from.isEmpty() || model.status().startsWith(from))) {
            assertThat(answer.status()).as(full).isEqualTo(200);
            settled(id, to);
            model.status(to.equals("RUNNING") ? "RUNNING in MAINTENANCE" : to);
            if (to.equals("DELETED")) {
                models.remove(id);
                used.merge(owners.getOrDefault(id, ""), -1, Integer::sum);
            }
        } else {
            assertThat(answer.status()).as(full).isEqualTo(400);
        }
    }

    private void step(String id, Step step, String as) throws Exception {
        SharingModel model = models.getOrDefault(id, new SharingModel("nobody"));
        String before = model.toString();
        Answer answer = send(id, step);

        String expected = model.answer(step);

        String full = as + " " + step + " while " + model.status() + " on " + before;
        assertThat(answer.status() == 200 ? "ok" : answer.code()).as(full).isEqualTo(expected);
        assertThat(words(id)).as(full).isEqualTo(model.toString());
    }

    private Answer send(String id, Step step) throws Exception {
        Map<String, String> form = new LinkedHashMap<>(Map.of("vmId", id));
        String token = router.token(step.actor());
        String guids = String.join(",", step.named());
        String reviewer = router.token("rita", TokenRole.REVIEWER);
        return switch (step.kind()) {
            case ADD, ADD_WITHOUT_REASON -> {
                form.put(
                        "sharees",
                        step.named().stream()
                                .map(guid -> "{giud: '" + guid + "', email: \"" + guid + "@example.org\"}")
                                .collect(Collectors.joining(",", "[", "]")));
                if (step.kind() == SharingModel.Kind.ADD) {
                    form.put("desc_shared", "to help");
                }
                yield router.post("/addsharees", token, form);
            }
            case REMOVE -> router.post("/deletesharees", token, with(form, "sharees", guids));
            case DELEGATE, REVOKE -> {
                form.put("action", step.kind().name());
                yield router.post("/managecontroller", token, with(form, "controller", guids));
            }
            case EXIT -> router.post("/exitsharee", token, form);
            case SUPPORT -> router.post("/addsupportuser", token, form);
            case ACCEPT -> router.post("/updateusertou", token, with(form, "tou", "true"));
            case WITHDRAW -> router.post("/updateusertou", token, with(form, "tou", "false"));
            case DESCRIBE -> router.post("/updatevm", token, with(form, "title", "Title"));
            case ASK -> router.post("/updatevm", token, with(with(form, "type", "RESEARCH"), "full_access", "false"));
            case GRANT -> router.post("/updatevm", reviewer, decision(form, "true"));
            case REJECT -> router.post("/updatevm", reviewer, decision(form, "false"));
            case GRANT_SOME -> router.post("/updatevm", reviewer, with(decision(form, "true"), "guids", guids));
            case REJECT_SOME -> router.post("/updatevm", reviewer, with(decision(form, "false"), "guids", guids));
        };
    }

    private static Map<String, String> decision(Map<String, String> form, String granted) {
        return with(with(form, "type", "RESEARCH-FULL"), "full_access", granted);
    }

    private static Map<String, String> with(Map<String, String> form, String name, String value) {
        form.put(name, value);
        return form;
    }

    private void assertInvariants(String as) throws Exception {
        assertThat(router.sql("""
                select count(*) from (
                    select c.id, count(*) as roles,
                           count(*) filter (where m.role = 'OWNER-CONTROLLER') as both_,
                           count(*) filter (where m.role = 'OWNER') as owners,
                           count(*) filter (where m.role = 'CONTROLLER') as controllers,
                           count(*) filter (where u.guid is null) as strangers,
                           bool_and(case when c.type = 'RESEARCH-FULL' then c.full_access and m.full_access is not null
                                    else m.full_access is not distinct from c.full_access end) as consistent
                    from capsule c join member m on m.capsule_id = c.id left join users u on u.guid = m.user_guid
                    group by c.id) r
                where not (roles <= 6 and strangers = 0 and consistent and owners = controllers and both_ + owners = 1)
                """)).as(as).isEqualTo("0");
        String user = "ann";
        JsonObject quota = router.get("/v1/users/" + user + "/quota", router.token("op", TokenRole.OPERATOR))
                .body();
        assertThat(quota.getInteger("usedVcpus")).as(as).isEqualTo(used.getOrDefault(user, 0));
    }

    private String words(String id) throws Exception {
        return router.sql("""
                select c.type || ' ' || coalesce(c.full_access::text, 'null') || E'\\n' || string_agg(m.user_guid || ' '
                    || m.role || ' ' || coalesce(m.full_access::text, 'null') || ' ' || m.tou, E'\\n' order by m.user_guid)
                from capsule c join member m on m.capsule_id = c.id where c.id = '%s' group by c.id
                """.formatted(id));
    }

    private void settled(String id, String state) {
        await().atMost(Duration.ofSeconds(20))
                .pollDelay(Duration.ZERO)
                .pollInterval(Duration.ofMillis(10))
                .until(() -> router.sql("select state from capsule where id = '" + id + "'")
                        .equals(state));
    }

    private static <T> T pick(Random random, List<T> from) {
        return new ArrayList<>(from).get(random.nextInt(from.size()));
    }
}
