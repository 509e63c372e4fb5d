package org.datacapsule.router.testing;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import org.assertj.core.api.Assertions;
import org.datacapsule.common.wire.Capacity;
import org.datacapsule.common.wire.PortRange;
import org.datacapsule.common.wire.ResultReply;
import org.datacapsule.router.http.TokenRole;
import org.datacapsule.router.testing.CapsuleRows.Row;
import org.datacapsule.router.testing.TestRouter.Answer;

/** A router, a host that ships results of capsules in secure mode, and people around them. */
public final class ReviewDesk implements AutoCloseable {
    /** The host that {@link CapsuleRows} puts capsules on. */
    public static final String HOST = "rows";

    private final HttpClient http = HttpClient.newHttpClient();
    private final Path folder;
    private final TestRouter router;
    private final CapsuleRows rows;
    private final FakeAgent agent;

    public ReviewDesk(Path folder, Map<String, String> changes) throws Exception {
        this.folder = folder;
        this.router = TestRouter.start(folder, changes);
        this.rows = new CapsuleRows(router);
        this.agent = router.agent("h1", new Capacity(8, 1 << 20, 1000), new PortRange(20_000, 6_000, 10));
        agent.shipAs(HOST, router.join(HOST));
    }

    public TestRouter router() {
        return router;
    }

    public FakeAgent agent() {
        return agent;
    }

    /** Where the router keeps results. */
    public Path store() {
        return folder.resolve("results");
    }

    public Path file(String result) {
        return store().resolve(result + ".tar");
    }

    /** A capsule in secure mode; its first member owns it. */
    public String capsule(String... members) throws Exception {
        Map<String, Row> roles = new LinkedHashMap<>();
        for (String member : members) {
            roles.put(member, Row.of(roles.isEmpty() ? "OWNER-CONTROLLER" : "SHAREE"));
        }
        return rows.insert("RESEARCH", "null", "RUNNING", "SECURE", roles);
    }

    public CapsuleRows rows() {
        return rows;
    }

    public ResultShipment shipment(String capsule, byte[] archive) throws Exception {
        return new ResultShipment(capsule, HOST, 1, archive);
    }

    /** A result that waits for review; its id. */
    public String pending(String capsule, byte[] archive) throws Exception {
        ResultShipment shipment = shipment(capsule, archive);
        Assertions.assertThat(shipment.send(agent::ship)).isEqualTo(new ResultReply.Stored());
        return shipment.id().toString();
    }

    public String reviewer(String name) {
        return router.token(name, TokenRole.REVIEWER);
    }

    public Answer decide(String reviewer, String result, String status) throws Exception {
        return decide(reviewer, result, status, router.sql("select sha256 from result where id = '" + result + "'"));
    }

    public Answer decide(String reviewer, String result, String status, String sha256) throws Exception {
        return router.post(
                "/updateresult", reviewer(reviewer), Map.of("resultid", result, "status", status, "sha256", sha256));
    }

    public String status(String result) throws Exception {
        return router.sql("select status from result where id = '" + result + "'");
    }

    public JsonArray results(String user, String capsule) throws Exception {
        return router.get("/getvmresults?vmid=" + capsule, router.token(user))
                .body()
                .getJsonArray("res");
    }

    /** What a reviewer's list says of a result; empty where it is not in it. */
    public JsonObject listed(String list, String reviewer, String result) throws Exception {
        return router.get("/" + list, reviewer(reviewer)).body().getJsonArray("reviewInfo").stream()
                .map(JsonObject.class::cast)
                .filter(one -> one.getString("resultid").equals(result))
                .findFirst()
                .orElse(new JsonObject());
    }

    public Answer link(String user, String result) throws Exception {
        return router.get("/checkdownloadability?randomid=" + result, router.token(user));
    }

    public HttpResponse<byte[]> download(String user, String randomId, String... headers)
            throws IOException, InterruptedException {
        return fetch("GET", "/download?randomid=" + randomId, router.token(user), headers);
    }

    public HttpResponse<byte[]> fetch(String method, String path, String token, String... headers)
            throws IOException, InterruptedException {
        return http.send(request(method, path, token, headers), HttpResponse.BodyHandlers.ofByteArray());
    }

    public HttpRequest request(String method, String path, String token, String... headers) {
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(router.uri() + path))
                .header("Authorization", "Bearer " + token)
                .method(method, HttpRequest.BodyPublishers.noBody());
        for (int n = 0; n < headers.length; n += 2) {
            request.header(headers[n], headers[n + 1]);
        }
        return request.build();
    }

    @Override
    public void close() throws IOException {
        agent.close();
        router.close();
    }
}
