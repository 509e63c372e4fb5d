package org.datacapsule.e2e;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.datacapsule.devkit.fleet.ShortCommand;

/** What a testbed is on this machine, as the machine itself tells; by kind. Kinds of which there is nothing are not there. */
final class TestbedTraces {
    private static final List<String> NAMESPACES = List.of("net", "mnt", "pid", "uts", "ipc");

    private final Path state;
    /** Those that processes of the testbed were ever seen in. */
    private final Set<String> namespaces = new HashSet<>();

    TestbedTraces(Path state) {
        this.state = state;
    }

    /** Of a node this is process 1, by whose namespaces all others of the node are known. */
    void watch(List<Long> processes) throws IOException {
        for (long process : processes) {
            for (String kind : NAMESPACES) {
                namespaces.add(namespace(Path.of("/proc", Long.toString(process)), kind));
            }
        }
        for (String kind : NAMESPACES) {
            namespaces.remove(namespace(Path.of("/proc/self"), kind));
        }
    }

    Map<String, Set<String>> look() throws IOException, InterruptedException {
        Map<String, Set<String>> traces = new TreeMap<>();
        put(traces, "devices", lines("dctb", "ip", "-o", "link", "show"));
        put(traces, "nftables", lines("dctb", "nft", "list", "tables"));
        put(traces, "loop devices", lines(state.toString(), "losetup", "--all"));
        put(traces, "mounts", lines(state.toString(), "cat", "/proc/mounts"));
        put(traces, "ports", lines(":7090 ", "ss", "-Hltn"));
        Set<String> ours = new TreeSet<>();
        Set<String> inUse = new TreeSet<>();
        try (DirectoryStream<Path> processes = Files.newDirectoryStream(Path.of("/proc"), "[0-9]*")) {
            for (Path process : processes) {
                lookAt(process, ours, inUse);
            }
        }
        put(traces, "processes", ours);
        put(traces, "namespaces", inUse);
        return traces;
    }

    private void lookAt(Path process, Set<String> ours, Set<String> inUse) {
        try {
            String line = Files.readString(process.resolve("cmdline")).replace('\0', ' ');
            if (line.contains(state + "/")) {
                ours.add(line);
            }
            for (String kind : NAMESPACES) {
                String namespace = namespace(process, kind);
                if (namespaces.contains(namespace)) {
                    inUse.add(namespace);
                    ours.add(line);
                }
            }
        } catch (IOException e) {
            // It has ended meanwhile.
        }
    }

    private static String namespace(Path process, String kind) throws IOException {
        return Files.readSymbolicLink(process.resolve("ns").resolve(kind)).toString();
    }

    private static Set<String> lines(String with, String... command) throws IOException, InterruptedException {
        Set<String> found = new TreeSet<>();
        ShortCommand.output(command).lines().filter(line -> line.contains(with)).forEach(found::add);
        return found;
    }

    private static void put(Map<String, Set<String>> traces, String kind, Set<String> found) {
        if (!found.isEmpty()) {
            traces.put(kind, found);
        }
    }
}
