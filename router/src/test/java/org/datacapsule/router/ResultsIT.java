package org.datacapsule.router;

import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.json.JsonObject;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.LinkedHashMap;
import java.util.Map;
import org.datacapsule.common.wire.Capacity;
import org.datacapsule.common.wire.PortRange;
import org.datacapsule.common.wire.ResultReply;
import org.datacapsule.router.http.TokenRole;
import org.datacapsule.router.testing.CapsuleRows;
import org.datacapsule.router.testing.CapsuleRows.Row;
import org.datacapsule.router.testing.FakeAgent;
import org.datacapsule.router.testing.ResultShipment;
import org.datacapsule.router.testing.TarFile;
import org.datacapsule.router.testing.TestRouter;
import org.datacapsule.router.testing.TestRouter.Answer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** A result's way from its host to its members, and who may do what on it. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ResultsIT {
    private static final String HOST = "rows";

    private final HttpClient http = HttpClient.newHttpClient();
    private Path directory;
    private TestRouter router;
    private CapsuleRows rows;
    private FakeAgent agent;

    @BeforeAll
    void start(@TempDir Path folder) throws Exception {
        directory = folder;
        router = TestRouter.start(folder, Map.of());
        rows = new CapsuleRows(router);
        agent = router.agent("h1", new Capacity(8, 1 << 20, 1000), new PortRange(20_000, 6_000, 10));
    }

    @AfterAll
    void stop() throws Exception {
        agent.close();
        router.close();
    }

    @Test
    void aResultIsReviewedAndDownloaded() throws Exception {
        String capsule = capsule("ann");
        byte[] archive = TarFile.small("word,count\nwhale,1226\n");
        ResultShipment shipment = new ResultShipment(capsule, HOST, 1, archive);

        assertThat(shipment.send(agent::ship)).isEqualTo(new ResultReply.Stored());

        String id = shipment.id().toString();
        JsonObject listed = results("ann", capsule).getJsonObject(0);
        assertThat(listed.getString("resultId")).isEqualTo(id);
        assertThat(listed.getString("status")).isEqualTo("Pending");
        JsonObject info =
                router.get("/getresultinfo?resultid=" + id, reviewer("rea")).body();
        assertThat(info.getJsonArray("files").getJsonObject(0))
                .isEqualTo(new JsonObject()
                        .put("path", "counts.csv")
                        .put("kind", "FILE")
                        .put("bytes", 22)
                        .put("type", "text/plain"));
        assertThat(fetch("/retrieveresultfile?randomid=" + id, reviewer("rea")).body())
                .isEqualTo(archive);
        assertThat(decide("rea", id, "Released", listed.getString("sha256")).status())
                .isEqualTo(200);
        Answer link = router.get("/checkdownloadability?randomid=" + id, router.token("ann"));
        assertThat(link.status()).isEqualTo(200);
        HttpResponse<byte[]> download = fetch(
                "/download?randomid=" + link.body().getString("randomid") + "&filename=words", router.token("ann"));
        assertThat(download.body()).isEqualTo(archive);
        assertThat(download.headers().firstValue("Content-Disposition").orElse(""))
                .contains("filename=\"words.tar\"");
        Path file = directory.resolve("results").resolve(id + ".tar");
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                .isEqualTo("rw-------");
        assertThat(router.sql("select count(*) from result_chunk")).isEqualTo("0");
        assertThat(router.sql(
                        "select string_agg(action, ' ' order by id) from audit where capsule_id = '" + capsule + "'"))
                .isEqualTo(
                        "result.received getresultinfo retrieveresultfile updateresult checkdownloadability download");
        assertThat(router.sql(
                        "select string_agg(kind, ' ' order by id) from event where capsule_id = '" + capsule + "'"))
                .isEqualTo("result.received result.released");
    }

    private io.vertx.core.json.JsonArray results(String user, String capsule) throws Exception {
        return router.get("/getvmresults?vmid=" + capsule, router.token(user))
                .body()
                .getJsonArray("res");
    }

    private Answer decide(String reviewer, String id, String status, String sha256) throws Exception {
        return router.post(
                "/updateresult", reviewer(reviewer), Map.of("resultid", id, "status", status, "sha256", sha256));
    }

    private HttpResponse<byte[]> fetch(String path, String token, String... headers) throws Exception {
        HttpRequest.Builder request =
                HttpRequest.newBuilder(URI.create(router.uri() + path)).header("Authorization", "Bearer " + token);
        for (int n = 0; n < headers.length; n += 2) {
            request.header(headers[n], headers[n + 1]);
        }
        return http.send(request.build(), HttpResponse.BodyHandlers.ofByteArray());
    }

    private String reviewer(String name) {
        return router.token(name, TokenRole.REVIEWER);
    }

    private String capsule(String... members) throws Exception {
        Map<String, Row> roles = new LinkedHashMap<>();
        for (String member : members) {
            roles.put(member, Row.of(roles.isEmpty() ? "OWNER-CONTROLLER" : "SHAREE"));
        }
        return rows.insert("RESEARCH", "null", "RUNNING", "SECURE", roles);
    }
}
