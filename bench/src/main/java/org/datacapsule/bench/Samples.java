package org.datacapsule.bench;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** Times measured of one thing. */
final class Samples {
    private static final double NANOS_PER_MILLI = 1e6;

    private final List<Long> nanos = new ArrayList<>();

    synchronized void add(long sample) {
        nanos.add(sample);
    }

    synchronized int count() {
        return nanos.size();
    }

    Duration median() {
        return quantile(0.5);
    }

    synchronized Duration quantile(double share) {
        if (nanos.isEmpty()) {
            throw new IllegalStateException("nothing was measured");
        }
        List<Long> sorted = nanos.stream().sorted().toList();
        int index = (int) Math.ceil(share * sorted.size()) - 1;
        return Duration.ofNanos(sorted.get(Math.max(0, index)));
    }

    static double millis(Duration duration) {
        return duration.toNanos() / NANOS_PER_MILLI;
    }
}
