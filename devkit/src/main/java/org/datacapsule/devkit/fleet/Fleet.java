package org.datacapsule.devkit.fleet;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.datacapsule.devkit.DevPostgres;
import org.jspecify.annotations.Nullable;

/**
 * One router and one agent over a Postgres, with the small guest image registered. Both can be killed and started again with
 * other settings; closing removes all that the fleet made on this machine.
 */
public final class Fleet implements AutoCloseable {
    private static final Duration UP_WITHIN = Duration.ofSeconds(60);
    /** Of a simulated host's image: that of an empty file. */
    private static final String SIMULATED_IMAGE = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

    private final FleetPlan plan;
    private final Checkout checkout = Checkout.find();
    private final Lane lane;
    private final FleetFiles files;
    private final DevPostgres postgres;
    private final Configuration configuration;
    private final HttpClient http = HttpClient.newHttpClient();
    private final Thread closeWithUs = new Thread(this::closeQuietly, "close-fleet");
    private @Nullable Program router;
    private @Nullable Program agent;
    private @Nullable CapsuleApi administrator;
    private String image = "";

    private Fleet(FleetPlan plan) throws IOException {
        this.plan = plan;
        this.lane = Lane.take();
        this.files = FleetFiles.make();
        this.postgres = DevPostgres.temporary();
        this.configuration = Configuration.choose(files, Keys.make(files.keys()), lane);
        Runtime.getRuntime().addShutdownHook(closeWithUs);
    }

    /** A fleet whose host is up and has the image. */
    public static Fleet start(FleetPlan plan) throws IOException, InterruptedException {
        if (!plan.simulated()) {
            Libvirt.requireRunning();
        }
        Fleet fleet = new Fleet(plan);
        try {
            fleet.start();
            return fleet;
        } catch (IOException | InterruptedException | RuntimeException e) {
            System.err.println(fleet.logs());
            fleet.close();
            throw e;
        }
    }

    private void start() throws IOException, InterruptedException {
        configuration.writeRouter(postgres.port(), postgres.database(), postgres.user());
        configuration.writeAgent(plan.simulated() ? "simulated" : Libvirt.URI);
        if (!plan.simulated()) {
            Libvirt.removeNetwork(lane.network(), lane.bridge());
        }
        startRouter();
        join();
        String content = switch (plan.guests()) {
            case REAL -> addImage(checkout.guestImage());
            case BLANK -> addImage(files.makeBlankImage());
            case SIMULATED -> SIMULATED_IMAGE;
        };
        Instant began = startedAgent();
        image = administrator()
                .post("/v1/images", Map.of("imageName", "small", "sha256", content, "public", "true"))
                .text("imageId");
        awaitHost(content, began);
        if (router().writesArchive() || agent().writesArchive()) {
            agent().close();
            router().close();
            startRouter();
            awaitHost(content, startedAgent());
        }
    }

    /** The host gets its certificate as an operator has it get it. */
    private void join() throws IOException, InterruptedException {
        JsonNode made = administrator()
                .post("/v1/hosts/join-tokens", Map.of("host", Configuration.HOST, "addresses", "127.0.0.1"))
                .success();
        Files.writeString(files.joinToken(), made.path("token").asText());
        List<String> command = new ArrayList<>(Program.java(checkout.agentJar()));
        command.addAll(List.of("join", "--config", files.agentConfig().toString()));
        command.addAll(List.of(
                "--router", base().toString(), "--token-file", files.joinToken().toString()));
        ShortCommand.run(UP_WITHIN, command);
        Files.delete(files.joinToken());
    }

    /** A token is a program's run, so there is one for all of these. */
    private CapsuleApi administrator() throws IOException, InterruptedException {
        CapsuleApi known = administrator;
        if (known != null) {
            return known;
        }
        CapsuleApi made = api("administrator", "admin,operator");
        administrator = made;
        return made;
    }

    /** The id of the registered image. */
    public String image() {
        return image;
    }

    public Program router() {
        return started(router);
    }

    public Program agent() {
        return started(agent);
    }

    /**
     * From now on that program dies which has come to all of these steps, as {@code fault-injection.halt-file} of both says; with
     * none, neither does.
     */
    public void haltAt(List<String> steps) throws IOException {
        Path whole = Files.writeString(files.folder().resolve("halts.new"), String.join("\n", steps));
        Files.move(whole, files.halts(), StandardCopyOption.ATOMIC_MOVE);
    }

    public void startRouter() throws IOException, InterruptedException {
        Program program = Program.serve(
                "router", plan.java(), checkout.routerJar(), files.routerConfig(), plan.router(), files.routerLog());
        router = program;
        CapsuleApi anybody = new CapsuleApi(base(), http, "none");
        Patience.await("readiness of the router", UP_WITHIN, () -> {
            program.requireRunning();
            return isReady(anybody) ? Optional.of(program) : Optional.empty();
        });
    }

    public void startAgent() throws IOException {
        Map<String, String> settings = new LinkedHashMap<>(plan.agent());
        if (plan.simulated()) {
            settings.put("simulated.images", SIMULATED_IMAGE);
        }
        agent = Program.serve(
                "agent", plan.java(), checkout.agentJar(), files.agentConfig(), settings, files.agentLog());
    }

    private static boolean isReady(CapsuleApi anybody) throws InterruptedException {
        try {
            return anybody.get("/health/ready").status() == 200;
        } catch (IOException e) {
            return false;
        }
    }

    private Instant startedAgent() throws IOException {
        Instant began = Instant.now();
        startAgent();
        return began;
    }

    /** Of an agent before this one the host may still count as up. */
    private void awaitHost(String content, Instant since) throws IOException, InterruptedException {
        CapsuleApi operator = administrator();
        try (Connection database = database()) {
            Patience.await("host that is up with its image", UP_WITHIN, () -> {
                agent().requireRunning();
                return isUp(operator, since) && hasImage(database, content) ? Optional.of(content) : Optional.empty();
            });
        } catch (SQLException e) {
            throw new IOException(e);
        }
    }

    private static boolean isUp(CapsuleApi operator, Instant since) throws IOException, InterruptedException {
        JsonNode host = operator.get("/v1/hosts").success().path("hosts").path(0);
        return host.path("state").asText().equals("UP")
                && Instant.parse(host.path("lastSeen").asText()).isAfter(since);
    }

    private static boolean hasImage(Connection database, String content) throws IOException {
        try (var statement = database.prepareStatement("select from host_image where sha256 = ?")) {
            statement.setString(1, content);
            return statement.executeQuery().next();
        } catch (SQLException e) {
            throw new IOException(e);
        }
    }

    /** The API as this user has it. */
    public CapsuleApi api(String user, String... roles) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(Program.java(checkout.routerJar()));
        command.addAll(List.of("token", "--config", files.routerConfig().toString()));
        command.addAll(List.of("--sub", user, "--email", user + "@example.org"));
        if (roles.length > 0) {
            command.addAll(List.of("--roles", String.join(",", roles)));
        }
        String token = ShortCommand.run(UP_WITHIN, command).output().strip();
        return new CapsuleApi(base(), http, token);
    }

    public Connection database() throws SQLException {
        return DriverManager.getConnection(postgres.jdbcUrl());
    }

    /** Where the agent keeps capsules, images and its journal. */
    public Path storage() {
        return files.storage();
    }

    /** The name of the capsules' network in libvirt. */
    public String network() {
        return lane.network();
    }

    /** Of this fleet's guests. */
    public DataWatch dataWatch() {
        return new DataWatch(Libvirt.URI, lane.network(), lane.bridge());
    }

    /** The capsules' addresses, in CIDR notation. */
    public String guests() {
        return lane.guests();
    }

    /** The end of what both programs said, for whoever has to find out why a test failed. */
    public String logs() {
        return Stream.of(router, agent)
                .flatMap(Stream::ofNullable)
                .map(program -> "---- " + program.log().getFileName() + "\n" + program.endOfLog())
                .reduce("", (one, other) -> one + "\n" + other);
    }

    private String addImage(Path file) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(Program.java(checkout.agentJar()));
        command.addAll(List.of(
                "image", "add", file.toString(), "--config", files.agentConfig().toString()));
        return ShortCommand.run(UP_WITHIN, command).output().strip();
    }

    private URI base() {
        return URI.create("http://127.0.0.1:" + configuration.httpPort());
    }

    private static Program started(@Nullable Program program) {
        if (program == null) {
            throw new IllegalStateException("not started");
        }
        return program;
    }

    @Override
    public void close() throws IOException {
        try {
            Runtime.getRuntime().removeShutdownHook(closeWithUs);
        } catch (IllegalStateException e) {
            // This JVM ends, and this is the hook.
        }
        try (lane;
                postgres;
                http) {
            stop(agent);
            stop(router);
            if (!plan.simulated()) {
                removeFromHost();
            }
        } finally {
            files.delete();
        }
    }

    /** When this JVM is told to end in the middle of a test. */
    private void closeQuietly() {
        try {
            close();
        } catch (IOException | RuntimeException e) {
            System.err.println("the fleet in " + files.folder() + " is not all removed: " + e);
        }
    }

    private void removeFromHost() throws IOException {
        try {
            Libvirt.removeNetwork(lane.network(), lane.bridge());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted before all was removed from the host", e);
        }
    }

    private static void stop(@Nullable Program program) {
        if (program != null) {
            program.close();
        }
    }
}
