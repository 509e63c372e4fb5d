package org.datacapsule.router.result;

import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.json.JsonObject;
import java.io.InputStream;
import java.net.http.HttpClient;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.datacapsule.router.testing.ReviewDesk;
import org.datacapsule.router.testing.TarFile;
import org.datacapsule.router.testing.TestRouter;
import org.datacapsule.router.testing.TestRouter.Answer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** Decisions where two reviewers must agree: independent, bound to what was looked at, and one at a time. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ReviewIT {
    private static final byte[] ARCHIVE = TarFile.small("whale,1226\n");

    private ReviewDesk desk;
    private TestRouter router;

    @BeforeAll
    void start(@TempDir Path folder) throws Exception {
        desk = new ReviewDesk(folder, Map.of("results.approvals", "2"));
        router = desk.router();
    }

    @AfterAll
    void stop() throws Exception {
        desk.close();
    }

    @Test
    void twoReviewersReleaseAndNeitherSeesTheOther() throws Exception {
        String capsule = desk.capsule("ann");
        String id = desk.pending(capsule, ARCHIVE);
        List<JsonObject> before = seenBy("second", id, capsule);

        assertThat(desk.decide("first", id, "Released").body().getString("status"))
                .isEqualTo("Pending");

        assertThat(seenBy("second", id, capsule)).isEqualTo(before);
        assertThat(desk.listed("showunreleased", "first", id).getBoolean("approvedByCaller"))
                .isTrue();
        assertThat(router.sql("select count(*) from event where capsule_id = '" + capsule + "'"))
                .isEqualTo("1");
        assertThat(desk.results("ann", capsule).getJsonObject(0).getString("status"))
                .isEqualTo("Pending");
        assertThat(desk.decide("first", id, "Released").body().getString("status"))
                .as("the same reviewer again")
                .isEqualTo("Pending");

        assertThat(desk.decide("second", id, "Released").body().getString("status"))
                .isEqualTo("Released");
        assertThat(desk.listed("showreleased", "first", id).getString("reviewer"))
                .isEqualTo("second");
        assertThat(desk.listed("showunreleased", "first", id)).isEmpty();
    }

    /** All that a reviewer can ask about a result. */
    private List<JsonObject> seenBy(String reviewer, String id, String capsule) throws Exception {
        List<JsonObject> seen = new ArrayList<>();
        for (String list : List.of("showreviewdata", "showunreleased", "showreleased")) {
            seen.add(desk.listed(list, reviewer, id));
        }
        seen.add(router.get("/getresultinfo?resultid=" + id, desk.reviewer(reviewer))
                .body());
        seen.add(withoutRequest(router.get("/getvmresults?vmid=" + capsule, desk.reviewer(reviewer))
                .body()));
        seen.add(router.get("/v1/events?after=0", desk.reviewer(reviewer)).body());
        return seen;
    }

    private static JsonObject withoutRequest(JsonObject error) {
        error.remove("requestId");
        return error;
    }

    @Test
    void oneRejectionRejectsAlsoAfterAnApproval() throws Exception {
        String id = desk.pending(desk.capsule("ann"), ARCHIVE);
        desk.decide("first", id, "Released");

        assertThat(desk.decide("second", id, "Rejected").body().getString("status"))
                .isEqualTo("Rejected");
        assertThat(desk.decide("third", id, "Released").code()).isEqualTo("result.not-pending");
        assertThat(desk.link("ann", id).code()).isEqualTo("result.not-released");

        String own = desk.pending(desk.capsule("ann"), ARCHIVE);
        desk.decide("first", own, "Released");
        assertThat(desk.decide("first", own, "Rejected").body().getString("status"))
                .as("who finds something later")
                .isEqualTo("Rejected");
    }

    @Test
    void aDecisionIsForWhatWasLookedAt() throws Exception {
        String id = desk.pending(desk.capsule("ann"), ARCHIVE);

        assertThat(desk.decide("first", id, "Released", "0".repeat(64)).code()).isEqualTo("result.content-mismatch");
        assertThat(router.post("/updateresult", desk.reviewer("first"), Map.of("resultid", id, "status", "Released"))
                        .code())
                .isEqualTo("request.invalid");
        assertThat(router.sql("select count(*) from result_vote where result_id = '" + id + "'"))
                .isEqualTo("0");
        assertThat(router.sql("select outcome || ' ' || detail from audit where user_guid = 'first' and detail ="
                        + " 'result.content-mismatch'"))
                .isEqualTo("REFUSED result.content-mismatch");
    }

    @Test
    void nobodyReviewsAResultOfACapsuleTheyEverWereOn() throws Exception {
        String capsule = desk.capsule("ann", "ben", "cyd");
        String id = desk.pending(capsule, ARCHIVE);
        router.execute("delete from member where user_guid = 'cyd' and capsule_id = '" + capsule + "'");

        for (String insider : List.of("ann", "ben", "cyd")) {
            assertThat(desk.decide(insider, id, "Released").code()).as(insider).isEqualTo("result.reviewer-is-member");
            assertThat(desk.decide(insider, id, "Rejected").code()).as(insider).isEqualTo("result.reviewer-is-member");
            assertThat(router.get("/retrieveresultfile?randomid=" + id, desk.reviewer(insider))
                            .code())
                    .isEqualTo("result.reviewer-is-member");
            assertThat(desk.listed("showreviewdata", insider, id)).isEmpty();
        }
        assertThat(router.get("/getresultinfo?resultid=" + id, desk.reviewer("cyd"))
                        .code())
                .isEqualTo("result.not-found");
    }

    /** An approval counts no more once its reviewer has come onto the capsule. */
    @Test
    void aReviewerWhoBecomesAMemberIsCountedNoMore() throws Exception {
        String capsule = desk.capsule("ann");
        String id = desk.pending(capsule, ARCHIVE);
        desk.decide("first", id, "Released");
        router.execute("insert into member (capsule_id, user_guid, role, tou) values ('" + capsule
                + "', 'first', 'SHAREE', true)");

        assertThat(desk.decide("second", id, "Released").body().getString("status"))
                .isEqualTo("Pending");
        assertThat(desk.decide("third", id, "Released").body().getString("status"))
                .isEqualTo("Released");
    }

    @Test
    void manyReviewersAtOnceDecideOnce() throws Exception {
        for (int round = 0; round < 8; round++) {
            String capsule = desk.capsule("ann");
            String id = desk.pending(capsule, ARCHIVE);
            List<Callable<Answer>> decisions = new ArrayList<>();
            for (int n = 0; n < 6; n++) {
                String reviewer = "r" + n;
                String status = n % 3 == 2 ? "Rejected" : "Released";
                decisions.add(() -> desk.decide(reviewer, id, status));
            }

            List<Answer> answers = atOnce(decisions);

            String status = desk.status(id);
            assertThat(status).isIn("RELEASED", "REJECTED");
            assertThat(answers.stream()
                            .filter(answer -> answer.status() == 200
                                    && !answer.body().getString("status").equals("Pending"))
                            .count())
                    .isEqualTo(1);
            assertThat(answers.stream().filter(answer -> answer.status() == 409).count())
                    .isGreaterThanOrEqualTo(3);
            assertThat(router.sql("select count(*) from event where kind <> 'result.received' and capsule_id = '"
                            + capsule + "'"))
                    .isEqualTo("1");
            if (status.equals("RELEASED")) {
                assertThat(router.sql("select count(*) >= 2 from result_vote where result_id = '" + id + "'"))
                        .isEqualTo("t");
            }
        }
    }

    @Test
    void aRevocationEndsDownloads() throws Exception {
        byte[] archive = new TarFile().file("noise", noise(48 << 20)).end();
        String id = desk.pending(desk.capsule("ann"), archive);
        desk.decide("first", id, "Released");
        desk.decide("second", id, "Released");
        HttpClient http = HttpClient.newHttpClient();
        HttpResponse<InputStream> running = http.send(
                desk.request("GET", "/download?randomid=" + id, router.token("ann")),
                HttpResponse.BodyHandlers.ofInputStream());
        assertThat(running.statusCode()).isEqualTo(200);
        assertThat(running.body().readNBytes(1 << 20)).hasSize(1 << 20);

        assertThat(desk.decide("third", id, "Revoked").body().getString("status"))
                .isEqualTo("Revoked");

        long got = 1 << 20;
        try (InputStream body = running.body()) {
            got += body.readAllBytes().length;
        } catch (java.io.IOException e) {
            assertThat(e).hasMessageContaining("closed");
        }
        assertThat(got).as("bytes of one that ran").isLessThan(archive.length);
        assertThat(router.get("/download?randomid=" + id, router.token("ann")).code())
                .isEqualTo("result.not-released");
        assertThat(desk.link("ann", id).code()).isEqualTo("result.not-released");
        assertThat(desk.decide("third", id, "Released").code()).isEqualTo("result.not-pending");
        assertThat(router.sql("select count(*) from result_link where result_id = '" + id + "'"))
                .isEqualTo("0");
    }

    @Test
    void reviewersWaitForWhatTheyMayReview() throws Exception {
        String capsule = desk.capsule("rex");
        String id = desk.pending(capsule, ARCHIVE);
        desk.decide("first", id, "Rejected");
        router.awaitSql("select count(*) from event where position is null", "0");

        String path = "/v1/events?after=0&limit=1000&reviews=true";
        List<JsonObject> seen = router.get(path, desk.reviewer("second")).body().getJsonArray("events").stream()
                .map(JsonObject.class::cast)
                .filter(event -> event.getString("vmid").equals(capsule))
                .toList();
        assertThat(seen).hasSize(1);
        assertThat(seen.getFirst().getString("kind")).isEqualTo("result.received");
        assertThat(seen.getFirst().getJsonObject("detail").getString("resultid"))
                .isEqualTo(id);
        assertThat(router.get(path, desk.reviewer("rex")).body().getJsonArray("events").stream()
                        .map(JsonObject.class::cast))
                .noneMatch(event -> event.getString("vmid").equals(capsule));
        assertThat(router.get(path, router.token("rex")).status()).isEqualTo(403);
    }

    @Test
    void onlyWhatWasReleasedIsRevoked() throws Exception {
        String id = desk.pending(desk.capsule("ann"), ARCHIVE);

        assertThat(desk.decide("first", id, "Revoked").code()).isEqualTo("result.not-pending");
        assertThat(desk.status(id)).isEqualTo("PENDING");
    }

    private static List<Answer> atOnce(List<Callable<Answer>> calls) throws Exception {
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Answer> answers = new ArrayList<>();
            for (Future<Answer> answer : threads.invokeAll(calls)) {
                answers.add(answer.get());
            }
            return answers;
        }
    }

    private static byte[] noise(int bytes) {
        byte[] noise = new byte[bytes];
        new java.util.Random(7).nextBytes(noise);
        return noise;
    }
}
