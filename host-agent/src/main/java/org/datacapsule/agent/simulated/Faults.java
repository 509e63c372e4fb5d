package org.datacapsule.agent.simulated;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;

/** What goes slowly or wrong on a simulated host, by verb, such as {@code start} or {@code open-ssh}; and what was done. */
public final class Faults {
    private final Map<String, Duration> delays = new ConcurrentHashMap<>();
    private final Map<String, Deque<RuntimeException>> failures = new ConcurrentHashMap<>();
    private final List<String> calls = new CopyOnWriteArrayList<>();
    private volatile boolean recording;

    /** From now on {@code verb} takes this long. */
    public void delay(String verb, Duration time) {
        delays.put(verb, time);
    }

    /** The next {@code times} calls of {@code verb} fail so, before they do anything. */
    public void fail(String verb, RuntimeException failure, int times) {
        failures.compute(verb, (name, known) -> {
            Deque<RuntimeException> queue = known == null ? new ArrayDeque<>() : known;
            for (int i = 0; i < times; i++) {
                queue.add(failure);
            }
            return queue;
        });
    }

    /** Keeps a list of the calls that change something, from now on. */
    public void record() {
        recording = true;
    }

    /** {@code verb capsule}, in order. */
    public List<String> calls() {
        return List.copyOf(calls);
    }

    /** To be called first by every verb. */
    void at(String verb) {
        Duration delay = delays.get(verb);
        if (delay != null) {
            sleep(delay);
        }
        RuntimeException[] failure = new RuntimeException[1];
        failures.computeIfPresent(verb, (name, queue) -> {
            failure[0] = queue.poll();
            return queue.isEmpty() ? null : queue;
        });
        if (failure[0] != null) {
            throw failure[0];
        }
    }

    /** To be called by every verb that changes something, once it has done so. */
    void done(String verb, Object what) {
        if (recording) {
            calls.add(verb + " " + what);
        }
    }

    private static void sleep(Duration time) {
        try {
            Thread.sleep(time);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
