package org.datacapsule.common.fault;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CountDownLatch;

/**
 * Kills this process at points that a file names, one a line, as a power cut would: what comes to one of them goes no further,
 * and once something waits at each, the process ends. A point takes one work, and a work one point. Any thread.
 */
public final class HaltPoints {
    private static final int LIKE_KILL_9 = 137;

    private final Path file;
    private final Runnable halt;
    /** By the point. */
    private final Map<String, String> waiting = new HashMap<>();

    /** @param file read whenever a point is reached; where there is none, or nothing in it, nothing happens */
    public HaltPoints(Path file) {
        this(file, () -> Runtime.getRuntime().halt(LIKE_KILL_9));
    }

    HaltPoints(Path file, Runnable halt) {
        this.file = file;
        this.halt = halt;
    }

    /**
     * Returns unless this is one of the points.
     *
     * @param names by which the file may call the point that is reached
     * @param work what has reached it, such as a capsule's id
     */
    public void reached(Set<String> names, String work) {
        List<String> points = points();
        if (points.stream().anyMatch(names::contains) && isToWait(points, names, work)) {
            waitForEver();
        }
    }

    private synchronized boolean isToWait(List<String> points, Set<String> names, String work) {
        if (waiting.containsValue(work)) {
            return true;
        }
        return points.stream()
                .filter(point -> names.contains(point) && !waiting.containsKey(point))
                .findFirst()
                .map(point -> {
                    waiting.put(point, work);
                    if (waiting.keySet().containsAll(points)) {
                        halt.run();
                    }
                    return true;
                })
                .orElse(false);
    }

    private List<String> points() {
        try {
            return Files.readAllLines(file);
        } catch (NoSuchFileException e) {
            return List.of();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void waitForEver() {
        CountDownLatch never = new CountDownLatch(1);
        while (true) {
            try {
                never.await();
            } catch (InterruptedException e) {
                // As in a process that is dead already.
            }
        }
    }
}
