package org.datacapsule.router;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.datacapsule.router.testing.CapsuleRows;
import org.datacapsule.router.testing.CapsuleRows.Row;
import org.datacapsule.router.testing.TestRouter;
import org.datacapsule.router.testing.TestRouter.Answer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** Several users command one capsule at the same moment: it ends in a legal state, and each was told the truth. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class SharingRacesIT {
    private static final int TIMES = 25;
    private static final String DELEGATED = "ann OWNER - true\nben CONTROLLER - true\ncai SHAREE - true";
    private static final String AT_HOME = "ann OWNER-CONTROLLER - true\nben SHAREE - true\ncai SHAREE - true";

    private TestRouter router;
    private CapsuleRows rows;

    @BeforeAll
    void start(@TempDir Path directory) throws Exception {
        router = TestRouter.start(directory, Map.of("sharing.most-roles", "4"));
        rows = new CapsuleRows(router);
    }

    @AfterAll
    void stop() throws Exception {
        router.close();
    }

    @Test
    void ofManyLaunchesOneIsDone() throws Exception {
        for (int time = 0; time < TIMES; time++) {
            String id = capsule("OWNER", "CONTROLLER");
            List<String> answers = race(
                    () -> post("ben", "launchvm", Map.of("vmid", id)),
                    () -> post("ben", "launchvm", Map.of("vmid", id)),
                    () -> post("ben", "launchvm", Map.of("vmid", id)));
            assertThat(answers).containsExactlyInAnyOrder("ok", "capsule.invalid-state", "capsule.invalid-state");
            assertThat(router.sql("select count(*) from operation where capsule_id = '" + id + "'"))
                    .isEqualTo("1");
        }
    }

    @Test
    void controlIsDelegatedOnceOrRevoked() throws Exception {
        for (int time = 0; time < TIMES; time++) {
            String id = capsule("OWNER", "CONTROLLER");
            List<String> answers = race(
                    () -> post("ann", "managecontroller", control(id, "REVOKE", "ben")),
                    () -> post("ben", "managecontroller", control(id, "DELEGATE", "cai")));
            switch (answers.getFirst() + " " + answers.getLast()) {
                case "ok capsule.permission-denied" ->
                    assertThat(rows.members(id))
                            .as("revoked, and a sharee delegates nothing")
                            .isEqualTo(AT_HOME);
                case "sharing.invalid-transition ok" ->
                    assertThat(rows.members(id))
                            .as("ben is no controller any more")
                            .isEqualTo("ann OWNER - true\nben SHAREE - true\ncai CONTROLLER - true");
                default -> throw new AssertionError(answers.toString());
            }
        }
    }

    @Test
    void twoDelegationsOfOneOwnerGiveOneController() throws Exception {
        for (int time = 0; time < TIMES; time++) {
            String id = capsule("OWNER-CONTROLLER", "SHAREE");
            List<String> answers = race(
                    () -> post("ann", "managecontroller", control(id, "DELEGATE", "ben")),
                    () -> post("ann", "managecontroller", control(id, "DELEGATE", "cai")));
            assertThat(answers).containsExactlyInAnyOrder("ok", "sharing.invalid-transition");
            if (answers.getFirst().equals("ok")) {
                assertThat(rows.members(id)).isEqualTo(DELEGATED);
            }
        }
    }

    @Test
    void aDeleteWinsOverALaunch() throws Exception {
        for (int time = 0; time < TIMES; time++) {
            String id = capsule("OWNER", "CONTROLLER");
            List<String> answers = race(
                    () -> post("ann", "deletevm", Map.of("vmid", id)),
                    () -> post("ben", "launchvm", Map.of("vmid", id)));
            assertThat(answers.getFirst()).isEqualTo("ok");
            assertThat(answers.getLast()).isIn("ok", "capsule.invalid-state");
            assertThat(router.sql("select state from capsule where id = '" + id + "'"))
                    .isEqualTo("DELETE_PENDING");
            assertThat(router.sql("select string_agg(kind || ' ' || state, ', ' order by sequence) from operation"
                            + " where capsule_id = '" + id + "'"))
                    .isEqualTo(answers.getLast().equals("ok") ? "LAUNCH CANCELLED, DELETE QUEUED" : "DELETE QUEUED");
        }
    }

    @Test
    void sharingAndLeavingAtOnceKeepsTheLimit() throws Exception {
        for (int time = 0; time < TIMES; time++) {
            String id = capsule("OWNER-CONTROLLER", "SHAREE");
            List<String> answers = race(
                    () -> post("ann", "addsharees", Map.of("vmid", id, "sharees", "[{guid:'dot'},{guid:'eve'}]")),
                    () -> post("ben", "exitsharee", Map.of("vmid", id)));
            assertThat(answers.getLast()).isEqualTo("ok");
            boolean shared = answers.getFirst().equals("ok");
            assertThat(answers.getFirst()).isIn("ok", "sharing.limit-exceeded");
            assertThat(rows.members(id))
                    .isEqualTo("ann OWNER-CONTROLLER - true\ncai SHAREE - true"
                            + (shared ? "\ndot SHAREE - false\neve SHAREE - false" : ""));
        }
    }

    @Test
    void ownersWhoNameEachOtherAndPeopleNobodyKnowsDoNotWaitForEver() throws Exception {
        for (int time = 0; time < TIMES; time++) {
            String left = rows.insert("RESEARCH", "null", "SHUTDOWN", "NOT_DEFINED", Map.of("ann", owner()));
            String right = rows.insert("RESEARCH", "null", "SHUTDOWN", "NOT_DEFINED", Map.of("ben", owner()));
            String one = "new-1-" + time;
            String two = "new-2-" + time;
            List<String> answers = race(
                    () -> post("ann", "addsharees", sharees(left, one, two, "ben")),
                    () -> post("ben", "addsharees", sharees(right, "ann", two, one)),
                    () -> post(one, "addsharees", sharees(left, two)),
                    () -> post(two, "addsharees", sharees(right, one)));
            assertThat(answers.subList(0, 2)).containsOnly("ok");
            assertThat(answers.subList(2, 4))
                    .allMatch(
                            answer -> answer.equals("capsule.not-found") || answer.equals("capsule.tou-not-accepted"));
        }
    }

    /** Everything at once on a few capsules, keys included: whatever comes of it, no 500 and no deadlock. */
    @Test
    void aCrowdLeavesEveryCapsuleLegal() throws Exception {
        Random random = new Random(7);
        List<String> capsules = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            capsules.add(capsule("OWNER-CONTROLLER", "SHAREE"));
        }
        router.execute("update capsule set state = 'RUNNING', mode = 'MAINTENANCE' where id in ('"
                + String.join("', '", capsules) + "')");
        List<Callable<String>> crowd = new ArrayList<>();
        List<String> people = List.of("ann", "ben", "cai", "dot");
        for (int i = 0; i < 400; i++) {
            String who = people.get(random.nextInt(people.size()));
            String other = people.get(random.nextInt(people.size()));
            String id = capsules.get(random.nextInt(capsules.size()));
            int what = random.nextInt(8);
            crowd.add(() -> switch (what) {
                case 0 -> post(who, "addsharees", sharees(id, other, "new-" + other));
                case 1 -> post(who, "deletesharees", Map.of("vmid", id, "sharees", other + ",new-" + other));
                case 2 -> post(who, "managecontroller", control(id, "DELEGATE", other));
                case 3 -> post(who, "managecontroller", control(id, "REVOKE", other));
                case 4 -> post(who, "exitsharee", Map.of("vmid", id));
                case 5 -> post(who, "updateusertou", Map.of("vmid", id, "tou", "true"));
                case 6 -> post(who, "updateuserkey", Map.of("pubkey", KeySyncIT.key(who)));
                default -> post(who, "updatevm", Map.of("vmid", id, "type", "RESEARCH", "full_access", "false"));
            });
        }
        List<String> answers = together(crowd, 16);

        assertThat(answers).noneMatch(answer -> answer.equals("internal") || answer.equals("service.unavailable"));
        for (String id : capsules) {
            assertThat(router.sql("select string_agg(role, ' ' order by role) from member where role <> 'SHAREE' and"
                            + " capsule_id = '" + id + "'"))
                    .isIn("OWNER-CONTROLLER", "CONTROLLER OWNER");
            assertThat(Integer.parseInt(router.sql("select count(*) from member where capsule_id = '" + id + "'")))
                    .isLessThanOrEqualTo(4);
        }
    }

    private static Row owner() {
        return Row.of("OWNER-CONTROLLER");
    }

    private String capsule(String ann, String ben) throws Exception {
        Map<String, Row> members = Map.of("ann", Row.of(ann), "ben", Row.of(ben), "cai", Row.of("SHAREE"));
        return rows.insert("RESEARCH", "null", "SHUTDOWN", "NOT_DEFINED", members);
    }

    private static Map<String, String> control(String id, String action, String other) {
        return Map.of("vmid", id, "action", action, "controller", other);
    }

    private static Map<String, String> sharees(String id, String... guids) {
        return Map.of("vmid", id, "sharees", "[{guid:'" + String.join("'},{guid:'", guids) + "'}]");
    }

    private String post(String user, String command, Map<String, String> form) throws Exception {
        Answer answer = router.post("/" + command, router.token(user), form);
        return answer.status() == 200 ? "ok" : answer.code();
    }

    @SafeVarargs
    @SuppressWarnings("varargs") // the array is only read
    private static List<String> race(Callable<String>... calls) throws Exception {
        return together(List.of(calls), calls.length);
    }

    private static List<String> together(List<Callable<String>> calls, int threads) throws Exception {
        CountDownLatch go = new CountDownLatch(1);
        List<String> answers = new ArrayList<>();
        try (ExecutorService clients = Executors.newFixedThreadPool(threads)) {
            List<Future<String>> futures = new ArrayList<>();
            for (Callable<String> call : calls) {
                futures.add(clients.submit(() -> {
                    go.await();
                    return call.call();
                }));
            }
            go.countDown();
            for (Future<String> future : futures) {
                answers.add(future.get());
            }
        }
        return answers;
    }
}
