package org.datacapsule.router.testing;

import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPair;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Clock;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.IntUnaryOperator;
import java.util.stream.Collectors;
import org.assertj.core.api.Assertions;
import org.awaitility.Awaitility;
import org.datacapsule.common.certificate.Certificates;
import org.datacapsule.common.certificate.EllipticKeys;
import org.datacapsule.common.certificate.Identity;
import org.datacapsule.common.certificate.SigningRequest;
import org.datacapsule.common.config.Settings;
import org.datacapsule.common.id.Sha256;
import org.datacapsule.common.join.JoinAnswer;
import org.datacapsule.common.join.JoinRequest.Asked;
import org.datacapsule.common.join.JoinToken;
import org.datacapsule.common.testing.FreePorts;
import org.datacapsule.common.wire.Capacity;
import org.datacapsule.common.wire.Enrolment;
import org.datacapsule.common.wire.PortRange;
import org.datacapsule.router.RouterAssembly;
import org.datacapsule.router.RouterConfig;
import org.datacapsule.router.http.DevelopmentTokens;
import org.datacapsule.router.http.TokenRole;

/** A router with its Postgres, and a client that calls it over HTTP as a front end would. */
public final class TestRouter implements AutoCloseable {
    private static final Duration PATIENCE = Duration.ofSeconds(45);
    private static final Duration SOON = Duration.ofSeconds(20);
    public static final Sha256 IMAGE = new Sha256("ab".repeat(32));

    static {
        // A node that is closed in the middle of something has threads that fail for it, in whatever test comes next.
        Awaitility.doNotCatchUncaughtExceptionsByDefault();
    }

    private final TestDatabase database;
    private final RouterConfig config;
    private final Path configFile;
    private final Map<String, String> settings;
    private final TestKeys keys;
    private final int busPort;
    private final DevelopmentTokens tokens;
    private final HttpClient http =
            HttpClient.newBuilder().connectTimeout(Duration.ofSeconds(5)).build();
    private RouterAssembly router;

    private TestRouter(
            TestDatabase database,
            RouterConfig config,
            Map<String, String> settings,
            Path configFile,
            TestKeys keys,
            int busPort)
            throws Exception {
        this.database = database;
        this.config = config;
        this.configFile = configFile;
        this.settings = Map.copyOf(settings);
        this.keys = keys;
        this.busPort = busPort;
        this.router = RouterAssembly.start(config);
        this.tokens = DevelopmentTokens.open(config.auth(), Clock.systemUTC());
    }

    /** @param changes settings that differ from those of a plain development router */
    public static TestRouter start(Path directory, Map<String, String> changes) throws Exception {
        return start(directory, changes, port -> port);
    }

    /** @param databasePort what the router connects to, given the port Postgres listens on */
    public static TestRouter start(Path directory, Map<String, String> changes, IntUnaryOperator databasePort)
            throws Exception {
        TestDatabase database = TestDatabase.make();
        TestKeys keys = TestKeys.in(directory);
        int busPort = FreePorts.one();
        Map<String, String> settings = new HashMap<>(Map.of(
                "development",
                "true",
                "http.port",
                "0",
                "auth.issuer",
                "test",
                "auth.audience",
                "datacapsule",
                "auth.development-key-file",
                directory.resolve("development-key.json").toString(),
                "database.port",
                Integer.toString(databasePort.applyAsInt(database.config().port())),
                "database.name",
                database.config().name(),
                "database.user",
                database.config().user(),
                "bus.cluster-name",
                "router-test-" + busPort,
                "bus.port",
                Integer.toString(busPort)));
        settings.put("bus.door-port", Integer.toString(FreePorts.one()));
        settings.put("bus.doors", "127.0.0.1:" + settings.get("bus.door-port") + ", 127.0.0.1:" + FreePorts.one());
        settings.putAll(Map.of(
                "commands.signing-key-file", keys.signing().toString(),
                "commands.signing-public-key-file", keys.signingPublic().toString(),
                "secrets.key-file", keys.secrets().toString(),
                "authority.directory", directory.resolve("authority").toString(),
                "results.directory", directory.resolve("results").toString(),
                "images.directory", directory.resolve("images").toString(),
                "operations.claim", "1s",
                "operations.recheck", "1s"));
        settings.putAll(changes);
        Path file = directory.resolve("router.yaml");
        Files.writeString(
                file,
                settings.entrySet().stream()
                        .map(entry -> entry.getKey() + ": \"" + entry.getValue() + "\"\n")
                        .collect(Collectors.joining()));
        return new TestRouter(
                database, RouterConfig.from(Settings.load(file, Map.of())), settings, file, keys, busPort);
    }

    /** Ends the router without a word to anyone and starts it again on the same database. */
    public void restart() throws Exception {
        router.close();
        router = RouterAssembly.start(config);
    }

    /** A second router beside this one, on the same database and bus. */
    public RouterAssembly another() throws Exception {
        Map<String, String> changed = new HashMap<>(settings);
        changed.put("bus.port", Integer.toString(FreePorts.one()));
        changed.put("bus.members", "127.0.0.1:" + busPort);
        changed.put("bus.door-port", config.bus().doors().getLast().replace("127.0.0.1:", ""));
        return RouterAssembly.start(RouterConfig.from(Settings.of(changed)));
    }

    public FakeAgent agent(String host, Capacity capacity, PortRange ports) throws Exception {
        return new FakeAgent(config.bus().doors(), host, join(host), keys, List.of(IMAGE), capacity, ports);
    }

    /** Makes a machine a host, as {@code datacapsule-agent join} does. */
    public Identity join(String host) throws Exception {
        return join(host, joinToken(host), EllipticKeys.make());
    }

    public JoinToken joinToken(String host) throws Exception {
        Answer made = post(
                "/v1/hosts/join-tokens",
                token("administrator", TokenRole.ADMIN),
                Map.of("host", host, "addresses", "127.0.0.1"));
        return JoinToken.parse(made.body().getString("token"));
    }

    /** The same with keys of the caller's. */
    public Identity join(String host, JoinToken token, KeyPair keys) throws Exception {
        Asked asked = asked(host, token, keys);
        Answer answer = join(asked, token.proof(asked));
        Assertions.assertThat(answer.status()).as(answer.body().encode()).isEqualTo(200);
        Enrolment enrolment = new JoinAnswer(
                        answer.body().getString("enrolment"), answer.body().getString("proof"))
                .open(token, asked);
        return new Identity(
                keys.getPrivate(),
                Certificates.parse(enrolment.certificate()),
                Certificates.parse(enrolment.authority()));
    }

    public static Asked asked(String host, JoinToken token, KeyPair keys) {
        return new Asked(
                token.id(), host, SigningRequest.make(keys, host), SigningRequest.make(EllipticKeys.make(), host));
    }

    public Answer join(Asked asked, String proof) throws Exception {
        return post(
                "/v1/hosts/join",
                "none",
                Map.of(
                        "token",
                        asked.token(),
                        "host",
                        asked.host(),
                        "request",
                        asked.request(),
                        "linkRequest",
                        asked.linkRequest(),
                        "proof",
                        proof));
    }

    public String token(String user, TokenRole... roles) {
        return tokens.mint(
                user, Optional.of(user + "@example.org"), Optional.of(user), List.of(roles), Duration.ofHours(1));
    }

    public String registerImage() throws Exception {
        Answer answer = post(
                "/v1/images",
                token("operator", TokenRole.OPERATOR),
                Map.of("imageName", "test", "public", "true", "sha256", IMAGE.hex()));
        return answer.body().getString("imageId");
    }

    /** What came back. */
    public record Answer(int status, JsonObject body) {
        public String code() {
            return body.getString("code", "");
        }
    }

    public Answer post(String path, String token, Map<String, String> form) throws Exception {
        return post(path, token, form, Map.of());
    }

    public Answer post(String path, String token, Map<String, String> form, Map<String, String> headers)
            throws Exception {
        HttpRequest.Builder request = request(path, token)
                .header("Content-Type", "application/x-www-form-urlencoded")
                .POST(HttpRequest.BodyPublishers.ofString(encode(form)));
        headers.forEach(request::header);
        return send(request.build());
    }

    public Answer put(String path, String token, Map<String, String> form) throws Exception {
        return send(request(path, token)
                .header("Content-Type", "application/x-www-form-urlencoded")
                .PUT(HttpRequest.BodyPublishers.ofString(encode(form)))
                .build());
    }

    public Answer delete(String path, String token) throws Exception {
        return send(request(path, token).DELETE().build());
    }

    public Answer get(String path, String token) throws Exception {
        return getAt(router.port(), path, token);
    }

    /** Asks another router than this. */
    public Answer getAt(int port, String path, String token) throws Exception {
        return send(HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path))
                .timeout(PATIENCE)
                .header("Authorization", "Bearer " + token)
                .GET()
                .build());
    }

    private HttpRequest.Builder request(String path, String token) {
        return HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + router.port() + path))
                .timeout(PATIENCE)
                .header("Authorization", "Bearer " + token);
    }

    private Answer send(HttpRequest request) throws IOException, InterruptedException {
        HttpResponse<String> response = http.send(request, HttpResponse.BodyHandlers.ofString());
        return new Answer(response.statusCode(), new JsonObject(response.body()));
    }

    private static String encode(Map<String, String> form) {
        return form.entrySet().stream()
                .map(entry -> URLEncoder.encode(entry.getKey(), StandardCharsets.UTF_8)
                        + "="
                        + URLEncoder.encode(entry.getValue(), StandardCharsets.UTF_8))
                .collect(Collectors.joining("&"));
    }

    public URI uri() {
        return URI.create("http://127.0.0.1:" + router.port());
    }

    /** The configuration, as the program's commands take it. */
    public Path configFile() {
        return configFile;
    }

    /** Waits until a query's first column is this. */
    public void awaitSql(String query, String wanted) {
        Awaitility.await()
                .atMost(SOON)
                .pollInterval(Duration.ofMillis(20))
                .untilAsserted(() -> Assertions.assertThat(sql(query)).as(query).isEqualTo(wanted));
    }

    /** Runs statements in one transaction, with neither triggers nor foreign keys when {@code unguarded}. */
    public void change(boolean unguarded, List<String> statements) throws SQLException {
        try (Connection connection = database.connect();
                Statement statement = connection.createStatement()) {
            connection.setAutoCommit(false);
            if (unguarded) {
                statement.execute("set local session_replication_role = replica");
            }
            for (String one : statements) {
                statement.execute(one);
            }
            connection.commit();
        }
    }

    /** The first column of the first row. */
    public String sql(String query) throws SQLException {
        try (Connection connection = database.connect();
                Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(query)) {
            return rows.next() ? String.valueOf(rows.getString(1)) : "(no row)";
        }
    }

    /** Runs statements that answer nothing. */
    public void execute(String statements) throws SQLException {
        try (Connection connection = database.connect();
                Statement statement = connection.createStatement()) {
            statement.execute(statements);
        }
    }

    @Override
    public void close() throws IOException {
        router.close();
        try {
            database.close();
        } catch (SQLException e) {
            throw new IOException(e);
        }
    }
}
