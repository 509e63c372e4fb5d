package org.datacapsule.router;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Collectors;
import org.datacapsule.common.wire.Capacity;
import org.datacapsule.common.wire.PortRange;
import org.datacapsule.router.testing.FakeAgent;
import org.datacapsule.router.testing.TestRouter;
import org.datacapsule.router.testing.TestRouter.Answer;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.io.TempDir;

/** Two hundred creates at once: no port twice, no quota overrun, none lost, and the refused ones say why. */
class ConcurrentCreateIT {
    private static final int USERS = 20;
    private static final int EACH = 10;
    private static final int QUOTA_VCPUS = 8;
    private static final int PORTS_IN_ALL = 150;

    @TempDir
    Path directory;

    @RepeatedTest(2)
    void everyCreateIsDoneOrRefusedWithItsCause() throws Exception {
        Map<String, String> settings = Map.of("quota.vcpus", Integer.toString(QUOTA_VCPUS), "quota.disk-gb", "1000");
        Capacity plenty = new Capacity(1000, 1 << 20, 100_000);
        try (TestRouter router = TestRouter.start(directory, settings);
                FakeAgent first = router.agent("h1", plenty, new PortRange(20_000, 6_000, PORTS_IN_ALL / 2));
                FakeAgent second = router.agent("h2", plenty, new PortRange(20_000, 6_000, PORTS_IN_ALL / 2))) {
            String image = router.registerImage();

            List<Answer> answers = createAll(router, image);

            Map<String, Long> outcomes = answers.stream()
                    .collect(Collectors.groupingBy(
                            answer -> answer.status() == 200 ? "done" : answer.code(), Collectors.counting()));
            long done = outcomes.getOrDefault("done", 0L);
            assertThat(outcomes.keySet()).isSubsetOf("done", "quota.exceeded", "capacity.exhausted");
            assertThat(done).isEqualTo(PORTS_IN_ALL);
            assertThat(router.sql("select count(*) from capsule")).isEqualTo(Long.toString(done));
            assertThat(router.sql("select count(distinct (host_id, ssh_port)) from capsule"))
                    .isEqualTo(Long.toString(done));
            assertThat(router.sql("select count(distinct (host_id, vnc_port)) from capsule"))
                    .isEqualTo(Long.toString(done));
            assertThat(router.sql("select count(distinct guest_slot) from capsule"))
                    .isEqualTo(Long.toString(done));
            assertThat(router.sql("select count(*) from host_port p join capsule c on c.id = p.capsule_id and"
                            + " c.host_id = p.host_id and c.ssh_port = p.ssh_port and c.vnc_port = p.vnc_port"))
                    .isEqualTo(Long.toString(done));
            assertThat(Integer.parseInt(router.sql("select max(used) from (select sum(c.vcpus) as used from capsule c"
                            + " join member m on m.capsule_id = c.id group by m.user_guid) sums")))
                    .isLessThanOrEqualTo(QUOTA_VCPUS);
            await().atMost(Duration.ofSeconds(60))
                    .untilAsserted(
                            () -> assertThat(router.sql("select count(*) from capsule where state <> 'SHUTDOWN'"))
                                    .isEqualTo("0"));
            assertThat(first.received()).isNotEmpty();
            assertThat(second.received()).isNotEmpty();
        }
    }

    private static List<Answer> createAll(TestRouter router, String image) throws Exception {
        List<Callable<Answer>> creates = new ArrayList<>();
        for (int n = 0; n < USERS * EACH; n++) {
            String token = router.token("user-" + n % USERS);
            creates.add(() -> router.post(
                    "/createvm",
                    token,
                    Map.of(
                            "imageid", image,
                            "loginusername", "researcher",
                            "loginpassword", "correct-horse",
                            "vcpu", "1",
                            "memory", "256")));
        }
        List<Answer> answers = new ArrayList<>();
        try (ExecutorService clients = Executors.newFixedThreadPool(50)) {
            for (Future<Answer> answer : clients.invokeAll(creates)) {
                answers.add(answer.get());
            }
        }
        return answers;
    }
}
