package org.datacapsule.bench;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import org.datacapsule.devkit.fleet.Answer;
import org.datacapsule.devkit.fleet.CapsuleApi;
import org.datacapsule.devkit.fleet.CapsuleApi.Started;
import org.datacapsule.devkit.fleet.Patience;
import org.datacapsule.devkit.fleet.Testbed;

/**
 * Times moves of an idle guest of 512 MiB between two hosts of a testbed, to and fro: from the call to SUCCEEDED, libvirt's
 * copy of that, and how long libvirt says the guest stood still. The argument is the number of moves, 10 when there is none.
 */
public final class MigrateBench {
    private static final int ROUNDS = 10;
    private static final Duration PATIENCE = Duration.ofMinutes(2);

    private MigrateBench() {}

    public static void main(String[] arguments) throws IOException, InterruptedException {
        int rounds = arguments.length > 0 ? Integer.parseInt(arguments[0]) : ROUNDS;
        try (Testbed testbed = Testbed.up(2, 1)) {
            String capsule = launch(testbed);
            Samples called = new Samples();
            Samples copied = new Samples();
            Samples still = new Samples();
            for (int round = 0; round <= rounds; round++) {
                long begun = System.nanoTime();
                JsonNode moved = move(testbed, capsule);
                long took = System.nanoTime() - begun;
                // The first warms up.
                if (round > 0) {
                    called.add(took);
                    copied.add(
                            TimeUnit.MILLISECONDS.toNanos(moved.path("totalMs").asLong()));
                    still.add(TimeUnit.MILLISECONDS.toNanos(
                            moved.path("downtimeMs").asLong()));
                }
                System.err.printf(
                        "round %d of %d: copied in %d ms, stood still for %d ms, load %.1f%n",
                        round,
                        rounds,
                        moved.path("totalMs").asLong(),
                        moved.path("downtimeMs").asLong(),
                        ManagementFactory.getOperatingSystemMXBean().getSystemLoadAverage());
            }
            System.out.printf("%d moves, an idle guest of 512 MiB, in ms%n%n", rounds);
            System.out.println("| | median | longest |");
            System.out.println("|---|---:|---:|");
            print("migratevm until SUCCEEDED", called);
            print("of that libvirt's copy", copied);
            print("of that the guest stands still", still);
        }
    }

    private static String launch(Testbed testbed) throws IOException, InterruptedException {
        CapsuleApi api = testbed.researcher();
        Started created = Started.of(api.post(
                "/createvm",
                Map.of(
                        "imageid",
                        testbed.image(),
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
        JsonNode row = api.show(created.capsule()).orElseThrow();
        SshBanner.await(row.path("publicip").asText(), row.path("sshport").asInt());
        return created.capsule();
    }

    /** To the host where it is not; answers the move's row. */
    private static JsonNode move(Testbed testbed, String capsule) throws IOException, InterruptedException {
        CapsuleApi operator = testbed.operator();
        String from =
                testbed.researcher().show(capsule).orElseThrow().path("host").asText();
        String to = from.equals("h1") ? "h2" : "h1";
        String operation = Patience.await("way to " + to, PATIENCE, () -> begin(operator, capsule, to));
        operator.awaitEnd(operation, PATIENCE);
        JsonNode moved = operator.get("/v1/migrations?limit=1")
                .success()
                .path("migrations")
                .path(0);
        if (!moved.path("result").asText().equals("MOVED")) {
            throw new IllegalStateException("the capsule did not move: " + moved);
        }
        return moved;
    }

    /** Answers the operation; empty while the host still has files of the capsule, from when it left. */
    private static Optional<String> begin(CapsuleApi operator, String capsule, String to)
            throws IOException, InterruptedException {
        Answer answer = operator.post(
                "/migratevm",
                Map.of("vmid", capsule, "host", to),
                UUID.randomUUID().toString());
        return answer.status() == 400
                ? Optional.empty()
                : Optional.of(answer.success().path("operation").asText());
    }

    private static void print(String what, Samples samples) {
        System.out.printf(
                "| %s | %.0f | %.0f |%n", what, Samples.millis(samples.median()), Samples.millis(samples.quantile(1)));
    }
}
