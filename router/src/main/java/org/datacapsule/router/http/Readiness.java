package org.datacapsule.router.http;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.time.Duration;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.BooleanSupplier;

/** Whether the server can serve requests now: each of the parts it needs is asked, all at once. */
final class Readiness {
    private static final Duration PATIENCE = Duration.ofSeconds(2);

    private final Map<String, Callable<Boolean>> checks;
    private final BooleanSupplier stopping;

    Readiness(Map<String, Callable<Boolean>> checks, BooleanSupplier stopping) {
        this.checks = new TreeMap<>(checks);
        this.stopping = stopping;
    }

    /** Asks every part; blocks for two seconds at most. A part that does not answer by then is down. */
    Reply ask() throws InterruptedException {
        Map<String, FutureTask<Boolean>> asked = new TreeMap<>();
        checks.forEach((name, check) -> {
            FutureTask<Boolean> task = new FutureTask<>(check);
            Thread.ofVirtual().name("readiness-" + name).start(task);
            asked.put(name, task);
        });
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        boolean ready = !stopping.getAsBoolean();
        JsonArray report = new JsonArray();
        for (Map.Entry<String, FutureTask<Boolean>> one : asked.entrySet()) {
            boolean up = isUp(one.getValue(), deadline - System.nanoTime());
            ready &= up;
            report.add(new JsonObject().put("name", one.getKey()).put("status", word(up)));
        }
        return new Reply(
                ready ? 200 : 503, new JsonObject().put("status", word(ready)).put("checks", report));
    }

    private static boolean isUp(FutureTask<Boolean> task, long patienceNanos) throws InterruptedException {
        try {
            return task.get(Math.max(0, patienceNanos), TimeUnit.NANOSECONDS);
        } catch (ExecutionException | TimeoutException e) {
            task.cancel(true);
            return false;
        }
    }

    static String word(boolean up) {
        return up ? "UP" : "DOWN";
    }
}
