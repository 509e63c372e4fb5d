package org.datacapsule.e2e;

import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.datacapsule.devkit.fleet.DataWatchMain;
import org.datacapsule.devkit.fleet.Testbed;

/** Whether data is where a network is open, looked at on hosts of a testbed again and again. */
final class WatchedHosts implements AutoCloseable {
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    private final Map<String, Future<String>> watches = new LinkedHashMap<>();
    private final Path end;

    private WatchedHosts(Path end) {
        this.end = end;
    }

    static WatchedHosts begin(Testbed testbed, String... hosts) throws IOException, URISyntaxException {
        Path classes = Path.of(DataWatchMain.class
                .getProtectionDomain()
                .getCodeSource()
                .getLocation()
                .toURI());
        WatchedHosts watched = new WatchedHosts(testbed.state().resolve("watched-" + System.nanoTime()));
        for (String host : hosts) {
            watched.watches.put(
                    host,
                    watched.threads.submit(() -> testbed.exec(
                            host,
                            Path.of(System.getProperty("java.home"), "bin", "java")
                                    .toString(),
                            "-Xmx64m",
                            "-XX:-UsePerfData",
                            "-XX:TieredStopAtLevel=1",
                            "-cp",
                            classes.toString(),
                            DataWatchMain.class.getName(),
                            "qemu:///system",
                            "datacapsule",
                            "dcbr0",
                            watched.end.toString())));
        }
        return watched;
    }

    /** Ends the watch; answers what each host's has to say. */
    Map<String, List<String>> end() throws IOException, InterruptedException {
        Files.createFile(end);
        Map<String, List<String>> found = new LinkedHashMap<>();
        for (Map.Entry<String, Future<String>> watch : watches.entrySet()) {
            try {
                found.put(watch.getKey(), watch.getValue().get().lines().toList());
            } catch (ExecutionException e) {
                throw new IOException("the watch on " + watch.getKey() + " failed", e);
            }
        }
        return found;
    }

    @Override
    public void close() throws IOException {
        if (!Files.exists(end)) {
            Files.createFile(end);
        }
        threads.close();
    }
}
