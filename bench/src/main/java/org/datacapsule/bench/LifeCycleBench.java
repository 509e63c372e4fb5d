package org.datacapsule.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.EnumMap;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.datacapsule.devkit.fleet.CapsuleApi;
import org.datacapsule.devkit.fleet.CapsuleApi.Started;
import org.datacapsule.devkit.fleet.Fleet;
import org.datacapsule.devkit.fleet.FleetPlan;
import org.datacapsule.devkit.fleet.Libvirt;

/** Times a capsule's life beside bare libvirt doing the same. The argument is the number of rounds, 7 when there is none. */
public final class LifeCycleBench {
    private static final int ROUNDS = 7;
    /** A daemon that has just begun runs code that is not compiled yet. */
    private static final int WARM_UP = 3;

    private static final Duration PATIENCE = Duration.ofMinutes(2);

    private LifeCycleBench() {}

    public static void main(String[] arguments) throws IOException, InterruptedException {
        int rounds = arguments.length > 0 ? Integer.parseInt(arguments[0]) : ROUNDS;
        FleetPlan plan = FleetPlan.onLibvirt().asDeployed().withRouter("capsules.stop-grace", "30s");
        try (Fleet fleet = Fleet.start(plan)) {
            CapsuleApi api = fleet.api("bench");
            Life ours = new CapsuleLife(fleet, api);
            Life bare = bareLikeCapsule(fleet, api);
            for (int round = 0; round < WARM_UP; round++) {
                ours.live(new StopWatch());
                bare.live(new StopWatch());
            }
            StopWatch oursTimes = new StopWatch();
            StopWatch bareTimes = new StopWatch();
            for (int round = 1; round <= rounds; round++) {
                ours.live(oursTimes);
                bare.live(bareTimes);
                System.err.println("round " + round + " of " + rounds);
            }
            print(rounds, oursTimes, bareTimes, virshAlone(rounds));
        }
    }

    /** Launches a capsule to see its domain, and leaves it shut down. */
    private static Life bareLikeCapsule(Fleet fleet, CapsuleApi api) throws IOException, InterruptedException {
        Started created = api.create(fleet.image(), "bench", "for-benchmarks");
        api.awaitEnd(created.operation(), PATIENCE);
        api.awaitEnd(api.command("launchvm", created.capsule()).operation(), PATIENCE);
        String xml = Libvirt.virsh("dumpxml", "--inactive", "--security-info", created.capsule());
        int sshPort = api.show(created.capsule()).orElseThrow().path("sshport").asInt();
        SshBanner.await("127.0.0.1", sshPort);
        api.awaitEnd(api.command("stopvm", created.capsule()).operation(), PATIENCE);
        return new BareLife(
                xml,
                found("<parameter name='IP' value='([0-9.]+)'", xml),
                Path.of(found("<source file='([^']+\\.qcow2)'", xml)),
                onlyImage(fleet));
    }

    private static String found(String pattern, String xml) {
        Matcher matcher = Pattern.compile(pattern).matcher(xml);
        if (!matcher.find()) {
            throw new IllegalStateException(pattern + " is not in " + xml);
        }
        return matcher.group(1);
    }

    private static Path onlyImage(Fleet fleet) throws IOException {
        try (Stream<Path> images = Files.list(fleet.storage().resolve("images"))) {
            return images.filter(file -> file.toString().endsWith(".qcow2"))
                    .findFirst()
                    .orElseThrow();
        }
    }

    /** What each virsh on the bare side costs before it does anything. */
    private static Samples virshAlone(int rounds) throws IOException, InterruptedException {
        Samples samples = new Samples();
        for (int round = 0; round < rounds; round++) {
            long begun = System.nanoTime();
            Libvirt.virsh("hostname");
            samples.add(System.nanoTime() - begun);
        }
        return samples;
    }

    private static void print(int rounds, StopWatch ours, StopWatch bare, Samples virsh) {
        System.out.printf("medians of %d rounds, in ms%n%n", rounds);
        System.out.printf("| %-24s | %10s | %10s | %10s | %6s |%n", "", "datacapsule", "bare", "difference", "ratio");
        System.out.println("|---|---:|---:|---:|---:|");
        for (Phase phase : Phase.values()) {
            double mine = Samples.millis(ours.of(phase).median());
            if (bare.of(phase).count() == 0) {
                System.out.printf("| %-24s | %10.1f | %10s | %10s | %6s |%n", phase.title(), mine, "", "", "");
            } else {
                double other = Samples.millis(bare.of(phase).median());
                System.out.printf(
                        "| %-24s | %10.1f | %10.1f | %+10.1f | %6.2f |%n",
                        phase.title(), mine, other, mine - other, mine / other);
            }
        }
        System.out.printf("%nOf each bare launch and stop, %.1f are virsh itself.%n", Samples.millis(virsh.median()));
    }

    /** Times one side of the comparison. */
    private static final class StopWatch implements Life.Clock {
        private final Map<Phase, Samples> samples = new EnumMap<>(Phase.class);
        private long begun = System.nanoTime();

        @Override
        public void begin() {
            begun = System.nanoTime();
        }

        @Override
        public void reached(Phase phase) {
            of(phase).add(System.nanoTime() - begun);
        }

        @Override
        public void took(Phase phase, Duration time) {
            of(phase).add(time.toNanos());
        }

        Samples of(Phase phase) {
            return samples.computeIfAbsent(phase, missing -> new Samples());
        }
    }
}
