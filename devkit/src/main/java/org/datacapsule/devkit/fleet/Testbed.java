package org.datacapsule.devkit.fleet;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Several real hosts and routers on this machine, by {@code scripts/testbed}: each host has a kernel's worth of its own but
 * for the kernel. There is one on a machine at a time; closing removes all of it.
 */
public final class Testbed implements AutoCloseable {
    private static final Duration UP_WITHIN = Duration.ofMinutes(5);
    private static final Duration DONE_WITHIN = Duration.ofMinutes(2);

    /** As scripts/lib/testbed/layout.sh has them. */
    private static final int ROUTER_ADDRESSES = 100;

    private static final int ROUTER_PORT = 8080;

    private final Path script;
    private final Path state;
    private final TestbedTurn turn;
    private final HttpClient http = HttpClient.newHttpClient();
    private final Thread closeWithUs = new Thread(this::closeQuietly, "close-testbed");
    private Map<String, String> environment = Map.of();
    private boolean closed;

    private Testbed(Path script, Path state, TestbedTurn turn) {
        this.script = script;
        this.state = state;
        this.turn = turn;
        Runtime.getRuntime().addShutdownHook(closeWithUs);
    }

    /** A fresh one, all of whose hosts are up and have the image; waits until another test's is gone. */
    public static Testbed up(int hosts, int routers) throws IOException, InterruptedException {
        Path root = Checkout.find().root();
        Path state = root.resolve(".testbed");
        Testbed testbed = new Testbed(root.resolve("scripts/testbed"), state, TestbedTurn.take(state));
        try {
            testbed.takeDown();
            TestbedTurn.mark(state);
            testbed.run(
                    UP_WITHIN,
                    "up",
                    "--no-build",
                    "--hosts",
                    Integer.toString(hosts),
                    "--routers",
                    Integer.toString(routers));
            testbed.environment = TestbedEnvironment.read(testbed.state.resolve("env"));
            return testbed;
        } catch (IOException | InterruptedException | RuntimeException e) {
            testbed.close();
            throw e;
        }
    }

    /** The API, at the one address of all routers, as a researcher has it. */
    public CapsuleApi researcher() {
        return api("CAPSULES_TOKEN");
    }

    /** The API as another researcher has it. */
    public CapsuleApi colleague() {
        return api("CAPSULES_TOKEN_2");
    }

    /** The API as a reviewer of results has it. */
    public CapsuleApi reviewer() {
        return api("CAPSULES_REVIEWER_TOKEN");
    }

    /** The API as an operator and admin has it. */
    public CapsuleApi operator() {
        return api("CAPSULES_ADMIN_TOKEN");
    }

    /** The id of the registered image. */
    public String image() {
        return value("CAPSULES_IMAGE_ID");
    }

    /** Where all of it is. */
    public Path state() {
        return state;
    }

    /** At once: such as {@code agent h1}, {@code host h2}, {@code qemu h1 CAPSULE}, {@code router 1}, {@code postgres}. */
    public void kill(String... what) throws IOException, InterruptedException {
        run("kill", what);
    }

    /** What was killed. */
    public void start(String... what) throws IOException, InterruptedException {
        run("start", what);
    }

    /** Waits until this router, the first of which is 1, says that it serves; the address in front sends to it soon after. */
    public void awaitRouter(int number) throws IOException, InterruptedException {
        Patience.await(
                "readiness of router " + number,
                DONE_WITHIN,
                () -> isReady(number) ? Optional.of(number) : Optional.empty());
    }

    private boolean isReady(int router) throws InterruptedException {
        CapsuleApi anybody = new CapsuleApi(
                URI.create("http://10.77.0." + (ROUTER_ADDRESSES + router) + ":" + ROUTER_PORT), http, "none");
        try {
            return anybody.get("/health/ready").status() == 200;
        } catch (IOException e) {
            return false;
        }
    }

    /**
     * The same, and starts it as often as it ends by itself, as a service manager does: such as one whose Postgres goes while it
     * starts.
     */
    public void superviseRouter(int number) throws IOException, InterruptedException {
        Patience.await("readiness of router " + number, DONE_WITHIN, () -> {
            start("router", Integer.toString(number));
            return isReady(number) ? Optional.of(number) : Optional.empty();
        });
    }

    /** Such as {@code h1}, which is then cut off from everything, or {@code h1 from h2 router 1}. */
    public void partition(String... places) throws IOException, InterruptedException {
        run("partition", places);
    }

    /** Ends every partition. */
    public void heal() throws IOException, InterruptedException {
        run("heal");
    }

    public void fillDisk(String host) throws IOException, InterruptedException {
        run("fill-disk", host);
    }

    public void freeDisk(String host) throws IOException, InterruptedException {
        run("free-disk", host);
    }

    /** What the command prints on that host. */
    public String exec(String host, String... command) throws IOException, InterruptedException {
        List<String> arguments = new ArrayList<>(List.of(host, "--"));
        arguments.addAll(List.of(command));
        return run("exec", arguments.toArray(String[]::new));
    }

    /** What runs and what does not, for people. */
    public String status() throws IOException, InterruptedException {
        return run("status");
    }

    private CapsuleApi api(String token) {
        return new CapsuleApi(URI.create(value("CAPSULES_URL")), http, value(token));
    }

    private String value(String name) {
        String value = environment.get(name);
        if (value == null || value.isEmpty()) {
            throw new IllegalStateException(state.resolve("env") + " has no " + name);
        }
        return value;
    }

    private String run(String verb, String... arguments) throws IOException, InterruptedException {
        List<String> words = new ArrayList<>(List.of(verb));
        words.addAll(List.of(arguments));
        return run(DONE_WITHIN, words.toArray(String[]::new));
    }

    private String run(Duration patience, String... words) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of(script.toString()));
        command.addAll(List.of(words));
        return ShortCommand.run(patience, command).output();
    }

    /** The end of what each process said, for whoever has to find out why a test failed. */
    public String logs() throws IOException {
        Path logs = state.resolve("log");
        if (!Files.isDirectory(logs)) {
            return "";
        }
        StringBuilder text = new StringBuilder();
        try (var files = Files.newDirectoryStream(logs, "*.log")) {
            for (Path log : files) {
                List<String> lines = Files.readAllLines(log);
                text.append("---- ").append(log.getFileName()).append('\n');
                lines.stream()
                        .skip(Math.max(0, lines.size() - 40))
                        .forEach(line -> text.append(line).append('\n'));
            }
        }
        return text.toString();
    }

    /** Removes all of it; nobody else makes one before this is closed. */
    public void takeDown() throws IOException, InterruptedException {
        run(DONE_WITHIN, "down", "--clean");
    }

    /** Twice is fine. */
    @Override
    public synchronized void close() throws IOException {
        if (closed) {
            return;
        }
        closed = true;
        try {
            Runtime.getRuntime().removeShutdownHook(closeWithUs);
        } catch (IllegalStateException e) {
            // This JVM ends, and this is the hook.
        }
        try (turn;
                http) {
            takeDown();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted before all of the testbed was removed", e);
        }
    }

    /** When this JVM is told to end in the middle of a test. */
    private void closeQuietly() {
        try {
            close();
        } catch (IOException | RuntimeException e) {
            System.err.println("the testbed in " + state + " is not all removed: " + e);
        }
    }
}
