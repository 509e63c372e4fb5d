package org.datacapsule.router;

import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.json.JsonObject;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.datacapsule.common.wire.Capacity;
import org.datacapsule.common.wire.PortRange;
import org.datacapsule.router.http.TokenRole;
import org.datacapsule.router.testing.FakeAgent;
import org.datacapsule.router.testing.TestRouter;
import org.datacapsule.router.testing.TestRouter.Answer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** Events over HTTP: whose they are, that waiting works, and that none is missed or told twice. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class EventsIT {
    private TestRouter router;
    private FakeAgent agent;
    private String image;

    @BeforeAll
    void start(@TempDir Path directory) throws Exception {
        router = TestRouter.start(
                directory, Map.of("quota.vcpus", "1000", "quota.disk-gb", "100000", "quota.memory-mb", "10000000"));
        agent = router.agent("h1", new Capacity(2000, 1 << 21, 1_000_000), new PortRange(20_000, 6_000, 900));
        image = router.registerImage();
    }

    @AfterAll
    void stop() throws Exception {
        agent.close();
        router.close();
    }

    @Test
    void aCapsulesLifeIsToldInOrder() throws Exception {
        String token = router.token("life-" + UUID.randomUUID());
        long now = next(router.get("/v1/events", token));
        String id = create(token);
        router.awaitSql("select state from capsule where id = '" + id + "'", "SHUTDOWN");
        router.post("/deletevm", token, Map.of("vmid", id));

        List<JsonObject> events = new ArrayList<>();
        while (events.size() < 4) {
            Answer answer = router.get("/v1/events?wait=20&after=" + now, token);
            answer.body().getJsonArray("events").forEach(event -> events.add((JsonObject) event));
            now = next(answer);
        }

        assertThat(events)
                .extracting(event -> event.getString("kind") + " "
                        + event.getJsonObject("detail").getString("operationKind") + " "
                        + event.getJsonObject("detail").getString("state"))
                .containsExactly(
                        "operation.started create CREATE_PENDING",
                        "operation.ended create SHUTDOWN",
                        "operation.started delete DELETE_PENDING",
                        "operation.ended delete DELETED");
        assertThat(events).allMatch(event -> event.getString("vmid").equals(id));
    }

    @Test
    void whoWaitsIsAnsweredAsSoonAsSomethingHappensAndWithNothingOtherwise() throws Exception {
        String token = router.token("wait-" + UUID.randomUUID());
        long now = next(router.get("/v1/events", token));
        CompletableFuture<Answer> waiting = CompletableFuture.supplyAsync(() -> events(token, now, 25));

        String id = create(token);

        Answer answer = waiting.get(10, TimeUnit.SECONDS);
        assertThat(answer.body().getJsonArray("events").getJsonObject(0).getString("vmid"))
                .isEqualTo(id);
        String lonely = router.token("lonely");
        Answer nothing = router.get("/v1/events?wait=1&after=" + answer.body().getLong("next"), lonely);
        assertThat(nothing.body().getJsonArray("events")).isEmpty();
    }

    @Test
    void onlyThoseWhoMayQueryACapsuleSeeItsEvents() throws Exception {
        String token = router.token("own-" + UUID.randomUUID());
        String id = create(token);
        router.awaitSql("select state from capsule where id = '" + id + "'", "SHUTDOWN");
        router.awaitSql("select count(*) from event where position is null", "0");
        router.change(
                false,
                List.of(
                        "insert into users (guid) values ('later'), ('pending') on conflict do nothing",
                        "insert into member (capsule_id, user_guid, role, tou) values ('" + id
                                + "', 'later', 'SHAREE', true)," + " ('" + id + "', 'pending', 'SHAREE', false)"));
        router.post("/launchvm", token, Map.of("vmid", id));
        router.awaitSql("select state from capsule where id = '" + id + "'", "RUNNING");
        router.awaitSql("select count(*) from event where position is null", "0");

        assertThat(of(id, router.token("stranger"), "")).isEmpty();
        assertThat(of(id, router.token("pending"), "")).isEmpty();
        assertThat(of(id, router.token("later"), "")).as("since they are on it").hasSize(2);
        assertThat(of(id, token, "")).hasSize(4);
        assertThat(of(id, router.token("op", TokenRole.OPERATOR), "&all=true")).hasSize(4);
        assertThat(of(id, router.token("op", TokenRole.OPERATOR), "")).isEmpty();
        assertThat(router.get("/v1/events?after=0&all=true", token).code()).isEqualTo("auth.forbidden");
    }

    /** Commits overtake each other here; a reader by insert order would miss some. */
    @Test
    void aReaderThatGoesByNextMissesNothingAndSeesNothingTwice() throws Exception {
        String token = router.token("reader-" + UUID.randomUUID());
        long start = next(router.get("/v1/events", token));
        AtomicBoolean done = new AtomicBoolean();
        CompletableFuture<List<Long>> reader = CompletableFuture.supplyAsync(
                () -> readAll(token, start, done), Executors.newVirtualThreadPerTaskExecutor());
        Set<String> created = new HashSet<>();
        try (ExecutorService clients = Executors.newFixedThreadPool(20)) {
            List<Future<String>> creates = new ArrayList<>();
            for (int n = 0; n < 120; n++) {
                creates.add(clients.submit(() -> create(token)));
            }
            for (Future<String> one : creates) {
                created.add(one.get());
            }
        }
        router.awaitSql("select count(*) from capsule where state = 'CREATE_PENDING'", "0");
        router.awaitSql("select count(*) from event where position is null", "0");
        done.set(true);

        List<Long> read = reader.get(40, TimeUnit.SECONDS);
        assertThat(read).isSorted().doesNotHaveDuplicates().hasSize(2 * created.size());
    }

    @Test
    void waitingDoesNotHoldUpTheEndOfTheRouter() throws Exception {
        String token = router.token("end-" + UUID.randomUUID());
        RouterAssembly second = router.another();
        CompletableFuture<Answer> waiting =
                CompletableFuture.supplyAsync(() -> eventsAt(second.port(), token, 1L << 40, 30));
        TimeUnit.MILLISECONDS.sleep(300); // until the request waits; nothing outside shows that

        long began = System.nanoTime();
        second.close();

        assertThat(Duration.ofNanos(System.nanoTime() - began)).isLessThan(Duration.ofSeconds(8));
        assertThat(waiting.get(5, TimeUnit.SECONDS).status()).isEqualTo(200);
    }

    private List<Long> readAll(String token, long start, AtomicBoolean done) {
        List<Long> read = new ArrayList<>();
        long after = start;
        while (true) {
            boolean last = done.get();
            Answer answer = events(token, after, last ? 0 : 1);
            answer.body().getJsonArray("events").forEach(event -> read.add(((JsonObject) event).getLong("id")));
            after = next(answer);
            if (last && answer.body().getJsonArray("events").isEmpty()) {
                return read;
            }
        }
    }

    private Answer events(String token, long after, int wait) {
        try {
            return router.get("/v1/events?limit=7&after=" + after + "&wait=" + wait, token);
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }

    private Answer eventsAt(int port, String token, long after, int wait) {
        try {
            return router.getAt(port, "/v1/events?after=" + after + "&wait=" + wait, token);
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }

    private List<Object> of(String id, String token, String more) throws Exception {
        return router.get("/v1/events?limit=1000&after=0" + more, token).body().getJsonArray("events").stream()
                .filter(event -> ((JsonObject) event).getString("vmid").equals(id))
                .toList();
    }

    private static long next(Answer answer) {
        return answer.body().getLong("next");
    }

    private String create(String token) throws Exception {
        Answer created = router.post(
                "/createvm",
                token,
                Map.of(
                        "imageid", image,
                        "loginusername", "researcher",
                        "loginpassword", "correct-horse",
                        "vcpu", "1",
                        "memory", "256"));
        assertThat(created.status()).as(created.body().encode()).isEqualTo(200);
        return created.body().getString("vmid");
    }
}
