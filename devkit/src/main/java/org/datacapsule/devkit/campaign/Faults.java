package org.datacapsule.devkit.campaign;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.datacapsule.devkit.fleet.Testbed;

/** What strikes a testbed. A fault lasts until it is drawn again or another takes its place: at most two are in force. */
final class Faults {
    /** How many kinds there are. */
    static final int KINDS = 25;

    private static final int AT_ONCE = 2;

    private final Testbed testbed;
    private final List<String> hosts;
    private final int routers;
    private final Consumer<String> says;
    /** How each fault in force is ended. */
    private final Map<String, List<String>> inForce = Collections.synchronizedMap(new LinkedHashMap<>());

    private final Map<String, Integer> counts = new TreeMap<>();

    Faults(Testbed testbed, List<String> hosts, int routers, Consumer<String> says) {
        this.testbed = testbed;
        this.hosts = hosts;
        this.routers = routers;
        this.says = says;
    }

    /** @param kind 0 to 24 */
    void strike(int kind, int number, List<String> capsules) throws IOException, InterruptedException {
        String host = hosts.get(number % hosts.size());
        String router = Integer.toString(1 + number % routers);
        switch (kind) {
            case 0, 1, 2, 3, 4, 5 -> killed("agent", host);
            case 6, 7 -> killed("libvirtd", host);
            case 8, 9, 10 -> killed("router", router);
            case 11, 12 -> killed("host", host);
            case 13, 14 -> lasting("partition " + host, List.of("heal"), () -> testbed.partition(host));
            case 15, 16 -> lasting("fill-disk " + host, List.of("free-disk", host), () -> testbed.fillDisk(host));
            case 17 -> killed("postgres");
            case 18, 19, 20, 21 -> onAGuest(host, number, capsules, number % 2 == 0);
            default -> endOldest();
        }
    }

    private void killed(String... what) throws IOException, InterruptedException {
        List<String> start = new ArrayList<>(List.of("start"));
        start.addAll(List.of(what));
        lasting("kill " + String.join(" ", what), start, () -> testbed.kill(what));
    }

    @FunctionalInterface
    private interface Begin {
        void now() throws IOException, InterruptedException;
    }

    private void lasting(String name, List<String> end, Begin begin) throws IOException, InterruptedException {
        String place = name.substring(name.indexOf(' ') + 1);
        if (names().stream().anyMatch(it -> isAt(it, place))) {
            return;
        }
        while (inForce.size() >= AT_ONCE) {
            endOldest();
        }
        begin(name, begin);
        inForce.put(name, end);
    }

    private void begin(String name, Begin begin) throws InterruptedException, IOException {
        says.accept("-- " + name);
        counts.merge(name.replaceAll(" [hr]?\\d+$", ""), 1, Integer::sum);
        begin.now();
    }

    /** Two faults of one host are one after the other: what is down cannot be killed. */
    private static boolean isAt(String fault, String place) {
        String last = place.substring(place.lastIndexOf(' ') + 1);
        return fault.endsWith(" " + last);
    }

    /** One of these hosts, that nothing strikes yet, loses its power; answers which. */
    Optional<String> powerOff(List<String> some, int number) throws IOException, InterruptedException {
        List<String> candidates = whole().stream().filter(some::contains).toList();
        if (candidates.isEmpty()) {
            return Optional.empty();
        }
        String host = candidates.get(number % candidates.size());
        killed("host", host);
        return Optional.of(host);
    }

    /** Whether the host has no power now. */
    boolean isOff(String host) {
        return inForce.containsKey("kill host " + host);
    }

    /** The guest's process is killed, or its domain destroyed by hand. */
    private void onAGuest(String host, int number, List<String> capsules, boolean byHand)
            throws IOException, InterruptedException {
        if (capsules.isEmpty() || !whole().contains(host)) {
            return;
        }
        String capsule = capsules.get(number % capsules.size());
        String running = testbed.exec(host, "sh", "-c", "virsh -q list --state-running --uuid 2> /dev/null || true");
        if (!running.contains(capsule)) {
            return;
        }
        says.accept("-- " + (byHand ? "destroy " : "kill qemu of ") + capsule + " on " + host);
        try {
            if (byHand) {
                testbed.exec(host, "virsh", "-q", "destroy", capsule);
            } else {
                testbed.kill("qemu", host, capsule);
            }
            counts.merge("guest", 1, Integer::sum);
        } catch (IOException e) {
            says.accept("it was gone already");
        }
    }

    private void endOldest() throws IOException, InterruptedException {
        if (inForce.isEmpty()) {
            return;
        }
        Map.Entry<String, List<String>> oldest = inForce.entrySet().iterator().next();
        inForce.remove(oldest.getKey());
        end(oldest.getKey(), oldest.getValue());
    }

    private void end(String fault, List<String> words) throws IOException, InterruptedException {
        says.accept("-- no longer: " + fault);
        String[] rest = words.subList(1, words.size()).toArray(String[]::new);
        switch (words.getFirst()) {
            case "start" -> testbed.start(rest);
            case "heal" -> testbed.heal();
            default -> testbed.freeDisk(rest[0]);
        }
    }

    /** All of them; every router serves afterwards. */
    void end() throws IOException, InterruptedException {
        while (!inForce.isEmpty()) {
            endOldest();
        }
        for (int router = 1; router <= routers; router++) {
            testbed.superviseRouter(router);
        }
    }

    /** Hosts on which a look is possible. */
    List<String> whole() {
        List<String> now = names();
        return hosts.stream()
                .filter(host -> now.stream().noneMatch(fault -> fault.endsWith(" " + host)))
                .toList();
    }

    private List<String> names() {
        synchronized (inForce) {
            return List.copyOf(inForce.keySet());
        }
    }

    String summary() {
        return counts.toString();
    }
}
