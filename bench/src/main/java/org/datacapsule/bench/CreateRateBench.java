package org.datacapsule.bench;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import org.datacapsule.devkit.fleet.CapsuleApi;
import org.datacapsule.devkit.fleet.Fleet;
import org.datacapsule.devkit.fleet.FleetPlan;

/**
 * How many createvm a second one router takes, from one client and from 32, on a host that is simulated: what is measured is
 * the router, its database, and the way to the agent. The argument is the number of capsules, 500 when there is none.
 */
public final class CreateRateBench {
    private static final int CAPSULES = 500;
    private static final int[] CLIENTS = {1, 32};

    private CreateRateBench() {}

    public static void main(String[] arguments) throws IOException, InterruptedException, ExecutionException {
        int capsules = arguments.length > 0 ? Integer.parseInt(arguments[0]) : CAPSULES;
        FleetPlan plan = FleetPlan.onSimulatedHost()
                .withAgent("ports.ssh-first", "30000")
                .withAgent("ports.vnc-first", "40000")
                .withAgent("ports.count", "4000");
        try (Fleet fleet = Fleet.start(plan)) {
            CapsuleApi api = fleet.api("bench");
            create(fleet, api, 1, capsules / 10);
            System.out.printf("%d createvm, answers in ms%n%n", capsules);
            System.out.println("| clients | a second | median | 95 % | 99 % | longest |");
            System.out.println("|---:|---:|---:|---:|---:|---:|");
            for (int clients : CLIENTS) {
                long begun = System.nanoTime();
                Samples answers = create(fleet, api, clients, capsules);
                Duration took = Duration.ofNanos(System.nanoTime() - begun);
                System.out.printf(
                        "| %d | %.0f | %.1f | %.1f | %.1f | %.1f |%n",
                        clients,
                        capsules * 1000 / Samples.millis(took),
                        Samples.millis(answers.median()),
                        Samples.millis(answers.quantile(0.95)),
                        Samples.millis(answers.quantile(0.99)),
                        Samples.millis(answers.quantile(1)));
            }
        }
    }

    private static Samples create(Fleet fleet, CapsuleApi api, int clients, int capsules)
            throws InterruptedException, ExecutionException {
        Samples samples = new Samples();
        AtomicInteger left = new AtomicInteger(capsules);
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<?>> running = new ArrayList<>();
            for (int client = 0; client < clients; client++) {
                running.add(threads.submit(() -> {
                    while (left.getAndDecrement() > 0) {
                        long begun = System.nanoTime();
                        api.create(fleet.image(), "bench", "for-benchmarks");
                        samples.add(System.nanoTime() - begun);
                    }
                    return samples;
                }));
            }
            for (Future<?> client : running) {
                client.get();
            }
        }
        return samples;
    }
}
