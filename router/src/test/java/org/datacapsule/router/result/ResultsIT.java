package org.datacapsule.router.result;

import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.json.JsonObject;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.datacapsule.router.http.TokenRole;
import org.datacapsule.router.testing.CapsuleRows.Row;
import org.datacapsule.router.testing.ReviewDesk;
import org.datacapsule.router.testing.TarFile;
import org.datacapsule.router.testing.TestRouter;
import org.datacapsule.router.testing.TestRouter.Answer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** A result's whole way, from its host to its members. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ResultsIT {
    private static final byte[] ARCHIVE = TarFile.small("word,count\nwhale,1226\n");

    private ReviewDesk desk;
    private TestRouter router;

    @BeforeAll
    void start(@TempDir Path folder) throws Exception {
        // No server is there: what is written stays in the outbox.
        desk = new ReviewDesk(
                folder,
                Map.of(
                        "mail.host", "127.0.0.1",
                        "mail.port", "9",
                        "mail.tls", "none",
                        "mail.retry", "1h",
                        "results.reviewers", "desk@example.org",
                        "results.link-prefix", "https://front.example.org/get/",
                        "results.sweep", "100ms"));
        router = desk.router();
    }

    @AfterAll
    void stop() throws Exception {
        desk.close();
    }

    @Test
    void aResultIsReviewedAndDownloaded() throws Exception {
        String capsule = desk.capsule("ann", "bob");
        String id = desk.pending(capsule, ARCHIVE);

        JsonObject listed = desk.results("ann", capsule).getJsonObject(0);
        assertThat(listed.getString("resultId")).isEqualTo(id);
        assertThat(listed.getString("status")).isEqualTo("Pending");
        JsonObject info = router.get("/getresultinfo?resultid=" + id, desk.reviewer("rea"))
                .body();
        assertThat(info.getJsonArray("files").getJsonObject(0))
                .isEqualTo(new JsonObject()
                        .put("path", "counts.csv")
                        .put("kind", "FILE")
                        .put("bytes", 22)
                        .put("type", "text/plain"));
        assertThat(desk.fetch("GET", "/retrieveresultfile?randomid=" + id, desk.reviewer("rea"))
                        .body())
                .isEqualTo(ARCHIVE);
        assertThat(desk.decide("rea", id, "Released", listed.getString("sha256"))
                        .body()
                        .getString("status"))
                .isEqualTo("Released");
        Answer link = desk.link("ann", id);
        HttpResponse<byte[]> download = desk.download("ann", link.body().getString("randomid") + "&filename=words");
        assertThat(download.body()).isEqualTo(ARCHIVE);
        assertThat(download.headers().firstValue("Content-Disposition").orElse(""))
                .contains("filename=\"words.tar\"");
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(desk.file(id))))
                .isEqualTo("rw-------");
        assertThat(router.sql("select count(*) from result_chunk")).isEqualTo("0");
        assertThat(ofCapsule("string_agg(action, ' ' order by id)", "audit", capsule))
                .isEqualTo(
                        "result.received getresultinfo retrieveresultfile updateresult checkdownloadability download");
        assertThat(ofCapsule("string_agg(kind, ' ' order by id)", "event", capsule))
                .isEqualTo("result.received result.released");
    }

    @Test
    void peopleAreWrittenTo() throws Exception {
        String capsule = desk.capsule("ina", "jon");
        String id = desk.pending(capsule, ARCHIVE);
        assertThat(letters(id, "A result waits for review")).isEqualTo("desk@example.org");

        desk.decide("rea", id, "Released");
        assertThat(letters(capsule, "Your result was released")).isEqualTo("ina@example.org jon@example.org");
        String body = router.sql("select body from mail where recipient = 'jon@example.org' and body like '%" + capsule
                + "%' and subject = 'Your result was released'");
        String token = body.replaceFirst("(?s).*https://front.example.org/get/(\\S+).*", "$1");
        assertThat(desk.download("jon", token).body()).isEqualTo(ARCHIVE);

        desk.decide("rea", id, "Revoked");
        assertThat(letters(id, "A released result was revoked")).isEqualTo("ina@example.org jon@example.org");
        String another = desk.pending(capsule, ARCHIVE);
        desk.decide("rea", another, "Rejected");
        assertThat(letters(another, "Your result was rejected")).isEqualTo("ina@example.org jon@example.org");
    }

    @Test
    void aLinkIsForOneUserAndForAWhile() throws Exception {
        String capsule = desk.capsule("cat", "dan");
        String id = desk.pending(capsule, ARCHIVE);
        desk.decide("rea", id, "Released");
        String token = desk.link("cat", id).body().getString("randomid");

        assertThat(router.get("/download?randomid=" + token, router.token("dan"))
                        .code())
                .isEqualTo("result.not-found");
        assertThat(router.get("/download?randomid=" + token, desk.reviewer("rea"))
                        .code())
                .isEqualTo("result.not-found");
        assertThat(router.get("/download?randomid=" + token, "not.a.token").status())
                .isEqualTo(401);
        assertThat(desk.download("dan", id).body())
                .as("the release made everybody a link")
                .isEqualTo(ARCHIVE);
        assertThat(router.sql(
                        "select count(*) from result_link where encode(token_hash, 'escape') like '%" + token + "%'"))
                .isEqualTo("0");

        router.execute(
                "update result_link set expires_at = now() - interval '1 second' where result_id = '" + id + "'");
        for (String randomId : List.of(token, id)) {
            assertThat(router.get("/download?randomid=" + randomId, router.token("cat"))
                            .code())
                    .isEqualTo("result.link-expired");
        }
        assertThat(desk.link("cat", id).status()).isEqualTo(200);
        assertThat(desk.download("cat", id).body()).isEqualTo(ARCHIVE);

        router.execute("delete from member where user_guid = 'dan' and capsule_id = '" + capsule + "'");
        assertThat(router.get("/download?randomid=" + id, router.token("dan")).code())
                .isEqualTo("result.not-found");
    }

    @Test
    void partsOfAFileAreSent() throws Exception {
        String capsule = desk.capsule("eve");
        byte[] archive = new TarFile().file("noise", noise(3 << 20)).end();
        String id = desk.pending(capsule, archive);
        desk.decide("rea", id, "Released");

        HttpResponse<byte[]> part = desk.download("eve", id, "Range", "bytes=1000000-");
        assertThat(part.statusCode()).isEqualTo(206);
        assertThat(part.body()).isEqualTo(Arrays.copyOfRange(archive, 1_000_000, archive.length));
        assertThat(part.headers().firstValue("Content-Range").orElse(""))
                .isEqualTo("bytes 1000000-" + (archive.length - 1) + "/" + archive.length);
        assertThat(desk.download("eve", id, "Range", "bytes=5-9").body()).isEqualTo(Arrays.copyOfRange(archive, 5, 10));
        assertThat(desk.download("eve", id, "Range", "bytes=-7").body())
                .isEqualTo(Arrays.copyOfRange(archive, archive.length - 7, archive.length));
        String tag = part.headers().firstValue("ETag").orElse("");
        assertThat(tag).isEqualTo("\"" + router.sql("select sha256 from result where id = '" + id + "'") + "\"");
        assertThat(desk.download("eve", id, "Range", "bytes=0-1", "If-Range", tag)
                        .statusCode())
                .isEqualTo(206);
        assertThat(desk.download("eve", id, "Range", "bytes=0-1", "If-Range", "\"other\"")
                        .body())
                .isEqualTo(archive);
        assertThat(desk.download("eve", id, "Range", "bytes=0-1,3-4").body())
                .as("several parts at once are not served")
                .isEqualTo(archive);
        HttpResponse<byte[]> beyond = desk.download("eve", id, "Range", "bytes=" + archive.length + "-");
        assertThat(beyond.statusCode()).isEqualTo(416);
        HttpResponse<byte[]> head = desk.fetch("HEAD", "/download?randomid=" + id, router.token("eve"));
        assertThat(head.headers().firstValueAsLong("Content-Length").orElse(0)).isEqualTo(archive.length);
        assertThat(head.body()).isEmpty();
    }

    @Test
    void nobodyElseLearnsThatThereIsAResult() throws Exception {
        String capsule = desk.capsule("fay");
        String id = desk.pending(capsule, ARCHIVE);
        String stranger = router.token("stranger");

        assertThat(router.get("/getvmresults?vmid=" + capsule, stranger).code()).isEqualTo("capsule.not-found");
        for (String path : List.of(
                "/getresultinfo?resultid=" + id, "/download?randomid=" + id, "/checkdownloadability?randomid=" + id)) {
            Answer answer = router.get(path, stranger);
            Answer none =
                    router.get(path.replace(id, java.util.UUID.randomUUID().toString()), stranger);
            assertThat(answer.code()).as(path).isEqualTo("result.not-found").isEqualTo(none.code());
        }
        for (String path : List.of("/showreviewdata", "/showunreleased", "/retrieveresultfile?randomid=" + id)) {
            assertThat(router.get(path, router.token("operator", TokenRole.OPERATOR))
                            .status())
                    .as(path)
                    .isEqualTo(403);
        }
    }

    @Test
    void aMemberNeedsTermsAndFullAccess() throws Exception {
        String capsule = desk.rows()
                .insert(
                        "RESEARCH-FULL",
                        "true",
                        "RUNNING",
                        "SECURE",
                        Map.of(
                                "gus", new Row("OWNER-CONTROLLER", true, "true"),
                                "hal", new Row("SHAREE", true, "false"),
                                "ida", new Row("SHAREE", false, "true")));
        String id = desk.pending(capsule, ARCHIVE);
        desk.decide("rea", id, "Released");

        assertThat(desk.link("gus", id).status()).isEqualTo(200);
        assertThat(desk.link("hal", id).code()).isEqualTo("capsule.full-access-required");
        assertThat(desk.link("ida", id).code()).isEqualTo("capsule.tou-not-accepted");
        assertThat(router.get("/getvmresults?vmid=" + capsule, router.token("ida"))
                        .code())
                .isEqualTo("capsule.tou-not-accepted");
    }

    @Test
    void whatIsKeptLongEnoughIsDeletedAndItsRowStays() throws Exception {
        String capsule = desk.capsule("kim");
        String released = desk.pending(capsule, ARCHIVE);
        String rejected = desk.pending(capsule, ARCHIVE);
        String pending = desk.pending(capsule, ARCHIVE);
        desk.decide("rea", released, "Released");
        desk.decide("rea", rejected, "Rejected");

        router.execute("update result set created_at = created_at - interval '15 days', decided_at = decided_at"
                + " - interval '15 days' where capsule_id = '" + capsule + "'");
        router.awaitSql("select content_deleted_at is not null from result where id = '" + rejected + "'", "t");
        assertThat(desk.file(rejected)).doesNotExist();
        assertThat(desk.file(released)).exists();
        assertThat(router.get("/retrieveresultfile?randomid=" + rejected, desk.reviewer("rea"))
                        .code())
                .isEqualTo("result.content-deleted");

        router.execute("update result set created_at = created_at - interval '600 days', decided_at = decided_at"
                + " - interval '600 days' where capsule_id = '" + capsule + "'");
        router.awaitSql("select content_deleted_at is not null from result where id = '" + released + "'", "t");
        assertThat(desk.link("kim", released).code()).isEqualTo("result.content-deleted");
        assertThat(desk.file(pending)).as("what nobody has looked at").exists();
        JsonObject gone = desk.results("kim", capsule).getJsonObject(0);
        assertThat(gone.getString("state")).isEqualTo("DELETED");
        assertThat(gone.getBoolean("expired")).isTrue();
        assertThat(ofCapsule("count(*)", "audit where action = 'result.content-deleted' and ", capsule))
                .isEqualTo("2");
    }

    @Test
    void reviewingIsNoUseOfTheCapsule() throws Exception {
        String capsule = desk.capsule("lea");
        String id = desk.pending(capsule, ARCHIVE);
        router.execute("update capsule set last_active_at = '2026-01-01' where id = '" + capsule + "'");

        router.get("/getresultinfo?resultid=" + id, desk.reviewer("rea"));
        desk.fetch("GET", "/retrieveresultfile?randomid=" + id, desk.reviewer("rea"));
        desk.decide("rea", id, "Released");

        assertThat(router.sql("select last_active_at = '2026-01-01' from capsule where id = '" + capsule + "'"))
                .isEqualTo("t");
    }

    @Test
    void resultsOutliveTheirCapsuleAndListsPage() throws Exception {
        String capsule = desk.capsule("mia");
        String first = desk.pending(capsule, ARCHIVE);
        String second = desk.pending(capsule, ARCHIVE);
        router.execute("update capsule set state = 'DELETED', mode = 'NOT_DEFINED' where id = '" + capsule + "'");
        desk.decide("rea", first, "Released");

        assertThat(desk.download("mia", first).body()).isEqualTo(ARCHIVE);
        JsonObject page = router.get("/getvmresults?limit=1&vmid=" + capsule, router.token("mia"))
                .body();
        assertThat(page.getJsonArray("res").getJsonObject(0).getString("resultId"))
                .isEqualTo(first);
        JsonObject next = router.get(
                        "/getvmresults?limit=1&vmid=" + capsule + "&cursor=" + page.getString("nextCursor"),
                        router.token("mia"))
                .body();
        assertThat(next.getJsonArray("res").getJsonObject(0).getString("resultId"))
                .isEqualTo(second);
        assertThat(next.containsKey("nextCursor")).isFalse();
    }

    private String ofCapsule(String what, String from, String capsule) throws Exception {
        String where = from.contains(" where ") ? "" : " where ";
        return router.sql("select " + what + " from " + from + where + "capsule_id = '" + capsule + "'");
    }

    private String letters(String about, String subject) throws Exception {
        return router.sql("select string_agg(recipient, ' ' order by recipient) from mail where subject = '" + subject
                + "' and body like '%" + about + "%'");
    }

    private static byte[] noise(int bytes) {
        byte[] noise = new byte[bytes];
        new java.util.Random(7).nextBytes(noise);
        return noise;
    }
}
