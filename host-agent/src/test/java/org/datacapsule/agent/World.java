package org.datacapsule.agent;

import static org.awaitility.Awaitility.await;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/**
 * A network of its own that stands for the world, with a data service and any other server in it; and an ear at interfaces of
 * this host. What they hear is the judge of what left a guest.
 */
final class World implements AutoCloseable {
    static final String DATA_SERVICE = "198.51.100.7";
    static final String ANYBODY = "198.51.100.8";
    static final int PORT = 8080;

    private static final String NAMESPACE = "dctworld";
    private static final Path SCRIPTS =
            Path.of("src/test/resources/org/datacapsule/agent/attack").toAbsolutePath();

    private final RealHost host;
    private final List<Process> processes = new ArrayList<>();
    private final List<String> heard = new CopyOnWriteArrayList<>();

    World(RealHost host) throws IOException {
        this.host = host;
        takeDown();
        for (String line : List.of(
                "ip netns add dctworld",
                "ip link add dctw0 type veth peer name dctw1 netns dctworld",
                "ip addr add 198.51.100.1/24 dev dctw0",
                "ip link set dctw0 up",
                "ip -n dctworld addr add 198.51.100.7/24 dev dctw1",
                "ip -n dctworld addr add 198.51.100.8/24 dev dctw1",
                "ip -n dctworld link set dctw1 up",
                "ip -n dctworld link set lo up",
                "ip -n dctworld route add default via 198.51.100.1")) {
            host.programsRun("sh", "-c", line);
        }
        run(
                "ip",
                "netns",
                "exec",
                NAMESPACE,
                "perl",
                SCRIPTS.resolve("world.pl").toString(),
                Integer.toString(PORT),
                DATA_SERVICE,
                ANYBODY);
    }

    /** Hears every frame that comes to one of the interfaces, too. */
    void listenAt(String... interfaces) throws IOException {
        List<String> command =
                new ArrayList<>(List.of("perl", SCRIPTS.resolve("listen.pl").toString()));
        command.addAll(List.of(interfaces));
        run(command.toArray(String[]::new));
    }

    /** All texts heard, with where. */
    List<String> heard() {
        return List.copyOf(heard);
    }

    boolean hasHeard(String text) {
        return heard.stream().anyMatch(line -> line.endsWith(" " + text));
    }

    static Path script(String name) {
        return SCRIPTS.resolve(name);
    }

    private void run(String... command) throws IOException {
        Process process = new ProcessBuilder(command)
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        processes.add(process);
        List<String> ready = new CopyOnWriteArrayList<>();
        Thread.ofVirtual().start(() -> {
            try (BufferedReader lines = process.inputReader(StandardCharsets.ISO_8859_1)) {
                for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                    (line.equals("ready") ? ready : heard).add(line);
                }
            } catch (IOException e) {
                // It was ended.
            }
        });
        await().atMost(Duration.ofSeconds(20)).until(() -> !ready.isEmpty());
    }

    @Override
    public void close() {
        processes.forEach(Process::destroyForcibly);
        takeDown();
    }

    /** Also what an earlier run has left. */
    private void takeDown() {
        host.programsRun("sh", "-c", "ip link del dctw0 2> /dev/null; ip netns del dctworld 2> /dev/null; true");
    }
}
