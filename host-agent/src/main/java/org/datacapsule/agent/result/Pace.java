package org.datacapsule.agent.result;

import java.time.Duration;
import java.util.function.LongSupplier;
import org.datacapsule.agent.work.Closing;

/**
 * How fast one guest is listened to, so that one that writes without end leaves the host's processors and disk to others.
 * Its writes wait meanwhile.
 */
final class Pace {
    private static final long BYTES_PER_SECOND = 32L << 20;
    private static final long NANOS = 1_000_000_000L;
    /** Sleeps shorter than this are saved up. */
    private static final long SLACK = 20_000_000L;

    private final Closing closing;
    private final LongSupplier nanoTime;
    private long paidUntil;

    Pace(Closing closing, LongSupplier nanoTime) {
        this.closing = closing;
        this.nanoTime = nanoTime;
        this.paidUntil = nanoTime.getAsLong();
    }

    /** Waits for as long as so many bytes are worth. */
    void spent(long bytes) throws InterruptedException {
        Duration wait = owed(bytes);
        if (wait.isPositive()) {
            closing.within(wait);
        }
    }

    /** How long to wait for so many bytes more. */
    Duration owed(long bytes) {
        long now = nanoTime.getAsLong();
        if (paidUntil - now < 0) {
            paidUntil = now;
        }
        paidUntil += bytes * NANOS / BYTES_PER_SECOND;
        long ahead = paidUntil - now;
        return ahead < SLACK ? Duration.ZERO : Duration.ofNanos(ahead);
    }
}
