package org.datacapsule.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.time.Duration;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.datacapsule.devkit.fleet.CapsuleApi;
import org.datacapsule.devkit.fleet.CapsuleApi.Started;
import org.datacapsule.devkit.fleet.Fleet;

/** A capsule's life through our API: a phase ends when the API says so. */
final class CapsuleLife implements Life {
    private static final Duration PATIENCE = Duration.ofMinutes(2);

    private static final Pattern STARTED_IN = Pattern.compile("millis\\W+(\\d+)");

    private final Fleet fleet;
    private final CapsuleApi api;

    CapsuleLife(Fleet fleet, CapsuleApi api) {
        this.fleet = fleet;
        this.api = api;
    }

    @Override
    public void live(Clock clock) throws IOException, InterruptedException {
        clock.begin();
        Started create = api.create(fleet.image(), "bench", "for-benchmarks");
        clock.reached(Phase.CREATE_ANSWERED);
        done(create);
        clock.reached(Phase.CREATED);
        String capsule = create.capsule();
        int sshPort = api.show(capsule).orElseThrow().path("sshport").asInt();

        clock.begin();
        long begun = System.nanoTime();
        Started launch = api.command("launchvm", capsule);
        clock.reached(Phase.LAUNCH_ANSWERED);
        done(launch);
        clock.reached(Phase.RUNNING);
        Duration running = Duration.ofNanos(System.nanoTime() - begun);
        clock.took(Phase.OUR_SHARE, running.minus(inLibvirt(capsule)));
        SshBanner.await("127.0.0.1", sshPort);
        clock.reached(Phase.SSH_BANNER);

        clock.begin();
        done(api.command("stopvm", capsule));
        clock.reached(Phase.STOPPED);

        clock.begin();
        done(api.command("deletevm", capsule));
        clock.reached(Phase.DELETED);
    }

    /** What libvirt took to start the domain, as the agent saw it. */
    private Duration inLibvirt(String capsule) throws IOException {
        try (Stream<String> log = Files.lines(fleet.agent().log())) {
            return log.filter(line -> line.contains("domain started") && line.contains(capsule))
                    .map(STARTED_IN::matcher)
                    .filter(Matcher::find)
                    .map(found -> Duration.ofMillis(Long.parseLong(found.group(1))))
                    .findFirst()
                    .orElseThrow(() -> new IllegalStateException("the agent's log does not say what libvirt took"));
        }
    }

    private void done(Started started) throws IOException, InterruptedException {
        String status =
                api.awaitEnd(started.operation(), PATIENCE).path("status").asText();
        if (!status.equals("SUCCEEDED")) {
            throw new IllegalStateException("operation " + started.operation() + " " + status);
        }
    }
}
