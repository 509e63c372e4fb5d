package org.datacapsule.bench;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.OffsetDateTime;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.datacapsule.devkit.fleet.CapsuleApi;
import org.datacapsule.devkit.fleet.CapsuleApi.Started;
import org.datacapsule.devkit.fleet.Fleet;
import org.datacapsule.devkit.fleet.FleetPlan;
import org.datacapsule.devkit.fleet.Libvirt;

/**
 * Times the switches of a running guest of 512 MiB, from the call to SUCCEEDED, and how long libvirt says the guest stood
 * still on its way into secure mode. The argument is the number of rounds, 7 when there is none.
 */
public final class SwitchBench {
    private static final int ROUNDS = 7;
    private static final Duration PATIENCE = Duration.ofMinutes(2);
    private static final Pattern LIFECYCLE = Pattern.compile("^(\\S+ \\S+): .*'lifecycle'.*: (Suspended|Resumed)\\b.*");
    private static final DateTimeFormatter TIME = DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm:ss.SSSZ");

    private SwitchBench() {}

    public static void main(String[] arguments) throws IOException, InterruptedException {
        int rounds = arguments.length > 0 ? Integer.parseInt(arguments[0]) : ROUNDS;
        try (Fleet fleet = Fleet.start(FleetPlan.onLibvirt())) {
            CapsuleApi api = fleet.api("bench");
            String capsule = launch(fleet, api);
            Samples in = new Samples();
            Samples still = new Samples();
            Samples out = new Samples();
            for (int round = 0; round <= rounds; round++) {
                List<String> events = new CopyOnWriteArrayList<>();
                Process listening = listen(capsule, events);
                long intoSecure = timed(api, capsule, "secure");
                listening.destroy();
                long stoodStill = pause(events);
                long back = timed(api, capsule, "maintenance");
                // The first warms up, and waits for the secure volume to be made.
                if (round > 0) {
                    in.add(intoSecure);
                    still.add(stoodStill);
                    out.add(back);
                }
                System.err.println("round " + round + " of " + rounds);
            }
            System.out.printf("%d rounds, a guest of 512 MiB, in ms%n%n", rounds);
            System.out.println("| | median | longest |");
            System.out.println("|---|---:|---:|");
            print("into secure mode", in);
            print("of these the guest stood still", still);
            print("back into maintenance mode", out);
        }
    }

    private static String launch(Fleet fleet, CapsuleApi api) throws IOException, InterruptedException {
        Started created = Started.of(api.post(
                "/createvm",
                Map.of(
                        "imageid",
                        fleet.image(),
                        "loginusername",
                        "bench",
                        "loginpassword",
                        "for-benchmarks",
                        "vcpu",
                        "1",
                        "memory",
                        "512")));
        api.awaitEnd(created.operation(), PATIENCE);
        api.awaitEnd(api.command("launchvm", created.capsule()).operation(), PATIENCE);
        SshBanner.await(
                "127.0.0.1",
                api.show(created.capsule()).orElseThrow().path("sshport").asInt());
        return created.capsule();
    }

    private static long timed(CapsuleApi api, String capsule, String mode) throws IOException, InterruptedException {
        long begun = System.nanoTime();
        Started started = Started.of(api.post("/switchvm", Map.of("vmid", capsule, "mode", mode)));
        String status =
                api.awaitEnd(started.operation(), PATIENCE).path("status").asText();
        if (!status.equals("SUCCEEDED")) {
            throw new IllegalStateException("the switch to " + mode + " " + status);
        }
        return System.nanoTime() - begun;
    }

    private static Process listen(String capsule, List<String> events) throws IOException {
        Process process = new ProcessBuilder(
                        "stdbuf",
                        "-oL",
                        "virsh",
                        "-c",
                        Libvirt.URI,
                        "event",
                        "--domain",
                        capsule,
                        "--event",
                        "lifecycle",
                        "--loop",
                        "--timestamp")
                .redirectErrorStream(true)
                .start();
        Thread.ofVirtual().start(() -> {
            try (BufferedReader lines = process.inputReader(StandardCharsets.UTF_8)) {
                lines.lines().forEach(events::add);
            } catch (IOException e) {
                // It was ended.
            }
        });
        return process;
    }

    /** From Suspended to Resumed, added up. */
    private static long pause(List<String> events) {
        Duration pause = Duration.ZERO;
        Optional<OffsetDateTime> suspended = Optional.empty();
        for (String line : events) {
            Matcher event = LIFECYCLE.matcher(line);
            if (!event.matches()) {
                continue;
            }
            OffsetDateTime at = OffsetDateTime.parse(event.group(1), TIME);
            if (event.group(2).equals("Suspended")) {
                suspended = Optional.of(at);
            } else if (suspended.isPresent()) {
                pause = pause.plus(Duration.between(suspended.get(), at));
                suspended = Optional.empty();
            }
        }
        return pause.toNanos();
    }

    private static void print(String what, Samples samples) {
        System.out.printf(
                "| %s | %.0f | %.0f |%n", what, Samples.millis(samples.median()), Samples.millis(samples.quantile(1)));
    }
}
