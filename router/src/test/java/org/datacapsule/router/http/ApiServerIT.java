package org.datacapsule.router.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vertx.core.net.SelfSignedCertificate;
import java.io.InputStream;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.security.cert.CertificateFactory;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the server does around its endpoints, seen by a client. */
class ApiServerIT {
    private static final TestIssuer ISSUER = new TestIssuer();
    private static final String VMID = "694d1e94-4b3e-486a-9241-24fae8b76270";

    private final HttpClient client = HttpClient.newHttpClient();
    private final EchoEndpoints echo = new EchoEndpoints();

    @TempDir
    Path folder;

    @Test
    void anEndpointSeesCallerParametersAndKeysOnAVirtualThread() throws Exception {
        try (RunningServer server = start(RunningServer.CONFIG, echo.serving(Contract.load()))) {
            HttpResponse<String> answer = client.send(
                    launch(server, "")
                            .header("X-Request-Id", "my.request-1")
                            .header("Idempotency-Key", "key 1")
                            .build(),
                    HttpResponse.BodyHandlers.ofString());

            JsonObject seen = new JsonObject(answer.body());
            assertThat(answer.statusCode()).isEqualTo(200);
            assertThat(answer.headers().firstValue("X-Request-Id")).contains("my.request-1");
            assertThat(seen.getString("requestId")).isEqualTo("my.request-1");
            assertThat(seen.getString("idempotencyKey")).isEqualTo("key 1");
            assertThat(seen.getString("guid")).isEqualTo(TestIssuer.GUID);
            assertThat(seen.getString("email")).isEqualTo("researcher@example.org");
            assertThat(seen.getBoolean("virtual")).isTrue();
            assertThat(seen.getJsonObject("parameters")).isEqualTo(new JsonObject().put("vmid", VMID));
        }
    }

    @Test
    void aRequestIdThatIsNotFitForALogIsReplaced() throws Exception {
        try (RunningServer server = start(RunningServer.CONFIG, echo.serving(Contract.load()))) {
            RawHttp.Answer answer = RawHttp.send(
                    server.port(), RawRequest.get("/show", ISSUER.bearer()).withHeaders("X-Request-Id: a b;c"));

            assertThat(answer.header("X-Request-Id").orElseThrow()).matches("[0-9a-f-]{36}");
        }
    }

    @Test
    void everyViolationIsNamedAndPasswordsAreNot() throws Exception {
        try (RunningServer server = start(RunningServer.CONFIG, echo.serving(Contract.load()))) {
            Map<String, String> fields = RawRequest.createvm("vcpu", "many");
            fields.put("memory", "1");
            fields.put("loginpassword", "my secret");
            fields.remove("imageid");

            RawHttp.Answer answer =
                    RawHttp.send(server.port(), RawRequest.form("POST", "/createvm", ISSUER.bearer(), fields));

            JsonArray violations = answer.json().getJsonArray("violations");
            assertThat(violations.stream().map(one -> ((JsonObject) one).getString("field")))
                    .containsExactlyInAnyOrder("imageid", "vcpu", "memory", "loginpassword");
            assertThat(answer.body())
                    .doesNotContain("my secret")
                    .contains("\\\"many\\\" is not allowed; it must be a whole number from 1 to 64");
        }
    }

    @Test
    void contractAndEndpointsMustFit() {
        Endpoints endpoints = new Endpoints().serve("createvm", call -> Reply.ok(new JsonObject()));

        assertThatThrownBy(() -> start(RunningServer.CONFIG, endpoints))
                .hasMessageContaining("launchvm")
                .isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(() -> start(
                        RunningServer.CONFIG,
                        echo.serving(Contract.load()).serve("typo", call -> Reply.ok(new JsonObject()))))
                .hasMessageContaining("not in the contract [typo]");
    }

    @Test
    void theServicePagesNeedNoToken() throws Exception {
        HttpConfig config = withBasePath("/capsules");
        try (RunningServer server = RunningServer.start(
                config,
                ISSUER.config(folder),
                echo.serving(Contract.load()),
                Map.of("database", () -> false, "bus", () -> true))) {
            RawRequest document = RawRequest.get("/capsules/openapi.yaml", "");
            RawHttp.Answer ready = RawHttp.send(server.port(), RawRequest.get("/capsules/health/ready", ""));

            assertThat(RawHttp.send(server.port(), document).body())
                    .isEqualTo(new String(Contract.load().document(), StandardCharsets.UTF_8));
            assertThat(RawHttp.send(server.port(), RawRequest.get("/capsules/health/live", ""))
                            .status())
                    .isEqualTo(200);
            assertThat(ready.status()).isEqualTo(503);
            assertThat(ready.body()).contains("{\"name\":\"database\",\"status\":\"DOWN\"}");
            assertThat(RawHttp.send(server.port(), RawRequest.get("/show", ISSUER.bearer()))
                            .status())
                    .isEqualTo(404);
        }
    }

    @Test
    void anErrorOfAnEndpointIsAnAnswerWithoutDetails() throws Exception {
        Endpoints endpoints = servingLaunch(call -> {
            throw new StackOverflowError("SELECT secret");
        });
        try (RunningServer server = start(RunningServer.CONFIG, endpoints)) {
            HttpResponse<String> answer = client.send(launch(server, "").build(), HttpResponse.BodyHandlers.ofString());

            assertThat(answer.statusCode()).isEqualTo(500);
            assertThat(answer.body()).contains("\"internal\"").doesNotContain("secret");
        }
    }

    @Test
    void pastTheBoundRequestsAreToldToComeBack() throws Exception {
        CountDownLatch arrived = new CountDownLatch(1);
        CountDownLatch go = new CountDownLatch(1);
        try (RunningServer server = start(withMaxConcurrent(1), waiting(arrived, go))) {
            CompletableFuture<HttpResponse<String>> first =
                    client.sendAsync(launch(server, "").build(), HttpResponse.BodyHandlers.ofString());
            arrived.await();

            HttpResponse<String> second = client.send(launch(server, "").build(), HttpResponse.BodyHandlers.ofString());

            go.countDown();
            assertThat(second.statusCode()).isEqualTo(503);
            assertThat(second.headers().firstValue("Retry-After")).isPresent();
            assertThat(first.get().statusCode()).isEqualTo(200);
        }
    }

    @Test
    void closingLetsRequestsThatRunComeToAnEnd() throws Exception {
        CountDownLatch arrived = new CountDownLatch(1);
        CountDownLatch go = new CountDownLatch(1);
        RunningServer server = start(RunningServer.CONFIG, waiting(arrived, go));
        CompletableFuture<HttpResponse<String>> first =
                client.sendAsync(launch(server, "").build(), HttpResponse.BodyHandlers.ofString());
        arrived.await();

        CompletableFuture<Void> closed = CompletableFuture.runAsync(server::close);
        await().until(() ->
                RawHttp.send(server.port(), RawRequest.get("/health/ready", "")).status() == 503);
        RawHttp.Answer late = RawHttp.send(server.port(), RawRequest.get("/show", ISSUER.bearer()));
        go.countDown();

        assertThat(late.status()).isEqualTo(503);
        assertThat(first.get().statusCode()).isEqualTo(200);
        closed.get();
        assertThatThrownBy(() -> RawHttp.send(server.port(), RawRequest.get("/health/live", "")))
                .isInstanceOf(java.io.IOException.class);
    }

    @Test
    void aBodyThatDoesNotArriveIsTimedOut() throws Exception {
        HttpConfig config = new HttpConfig(
                "127.0.0.1",
                0,
                "",
                Optional.empty(),
                1024,
                Duration.ofMillis(300),
                4,
                Duration.ofSeconds(1),
                Optional.empty());
        try (RunningServer server = start(config, echo.serving(Contract.load()))) {
            String head = "POST /launchvm HTTP/1.1\r\nHost: x\r\nAuthorization: " + ISSUER.bearer()
                    + "\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n{";

            RawHttp.Answer answer = RawHttp.sendBytes(server.port(), head.getBytes(StandardCharsets.US_ASCII));

            assertThat(answer.status()).isEqualTo(408);
            assertThat(answer.json().getString("code")).isEqualTo("request.timeout");
            assertThat(echo.calls()).isZero();
        }
    }

    @Test
    void aClientThatLeavesEarlyHoldsNothing() throws Exception {
        try (RunningServer server = start(withMaxConcurrent(1), echo.serving(Contract.load()))) {
            for (int i = 0; i < 5; i++) {
                try (Socket socket = new Socket(java.net.InetAddress.getLoopbackAddress(), server.port())) {
                    socket.getOutputStream()
                            .write(("POST /launchvm HTTP/1.1\r\nHost: x\r\nAuthorization: " + ISSUER.bearer()
                                            + "\r\nContent-Length: 100\r\n\r\n{")
                                    .getBytes(StandardCharsets.US_ASCII));
                }
            }

            assertThat(client.send(launch(server, "").build(), HttpResponse.BodyHandlers.ofString())
                            .statusCode())
                    .isEqualTo(200);
        }
    }

    @Test
    void withACertificateItSpeaksOnlyTls() throws Exception {
        SelfSignedCertificate own = SelfSignedCertificate.create("localhost");
        HttpConfig config = new HttpConfig(
                "127.0.0.1",
                0,
                "",
                Optional.empty(),
                1024,
                Duration.ofSeconds(5),
                4,
                Duration.ofSeconds(1),
                Optional.of(new HttpConfig.Tls(Path.of(own.certificatePath()), Path.of(own.privateKeyPath()))));
        try (RunningServer server = start(config, echo.serving(Contract.load()))) {
            HttpClient trusting = HttpClient.newBuilder()
                    .sslContext(trusting(Path.of(own.certificatePath())))
                    .build();
            URI live = URI.create("https://localhost:" + server.port() + "/health/live");

            assertThat(trusting.send(HttpRequest.newBuilder(live).build(), HttpResponse.BodyHandlers.ofString())
                            .statusCode())
                    .isEqualTo(200);
            assertThatThrownBy(() -> RawHttp.send(server.port(), RawRequest.get("/health/live", "")))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("no HTTP answer");
        } finally {
            own.delete();
        }
    }

    private static SSLContext trusting(Path certificate) throws Exception {
        KeyStore store = KeyStore.getInstance(KeyStore.getDefaultType());
        store.load(null, null);
        try (InputStream pem = Files.newInputStream(certificate)) {
            store.setCertificateEntry(
                    "own", CertificateFactory.getInstance("X.509").generateCertificate(pem));
        }
        TrustManagerFactory trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        trust.init(store);
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(null, trust.getTrustManagers(), null);
        return context;
    }

    private RunningServer start(HttpConfig config, Endpoints endpoints) throws Exception {
        return RunningServer.start(config, ISSUER.config(folder), endpoints);
    }

    private static HttpRequest.Builder launch(RunningServer server, String basePath) {
        return HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + server.port() + basePath + "/launchvm"))
                .header("Authorization", ISSUER.bearer())
                .header("Content-Type", "application/x-www-form-urlencoded")
                .POST(HttpRequest.BodyPublishers.ofString("vmId=" + VMID));
    }

    private Endpoints waiting(CountDownLatch arrived, CountDownLatch go) {
        return servingLaunch(call -> {
            arrived.countDown();
            go.await();
            return Reply.ok(new JsonObject());
        });
    }

    private static Endpoints servingLaunch(Endpoint launch) {
        Endpoints endpoints = new Endpoints();
        Contract.load()
                .endpoints()
                .forEach(operation -> endpoints.serve(
                        operation, operation.equals("launchvm") ? launch : call -> Reply.ok(new JsonObject())));
        return endpoints;
    }

    private static HttpConfig withBasePath(String basePath) {
        HttpConfig config = RunningServer.CONFIG;
        return new HttpConfig(
                config.host(),
                0,
                basePath,
                Optional.empty(),
                config.maxBody(),
                config.bodyTimeout(),
                config.maxConcurrent(),
                config.drain(),
                config.tls());
    }

    private static HttpConfig withMaxConcurrent(int most) {
        HttpConfig config = RunningServer.CONFIG;
        return new HttpConfig(
                config.host(),
                0,
                "",
                Optional.empty(),
                config.maxBody(),
                config.bodyTimeout(),
                most,
                config.drain(),
                config.tls());
    }
}
