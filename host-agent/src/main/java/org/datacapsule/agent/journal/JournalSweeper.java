package org.datacapsule.agent.journal;

import java.time.Duration;
import java.time.InstantSource;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.datacapsule.common.id.CapsuleId;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Forgets, every hour, what has been finished and reported for longer than any command lives. */
public final class JournalSweeper implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(JournalSweeper.class);
    private static final long HOURS_BETWEEN = 1;

    private final Journal journal;
    private final Supplier<Set<CapsuleId>> present;
    private final Duration retention;
    private final InstantSource clock;
    private final CountDownLatch closed = new CountDownLatch(1);

    /** @param present the capsules this host has now */
    public JournalSweeper(Journal journal, Supplier<Set<CapsuleId>> present, Duration retention, InstantSource clock) {
        this.journal = journal;
        this.present = present;
        this.retention = retention;
        this.clock = clock;
    }

    public void start() {
        Thread.ofVirtual().name("journal-sweeper").start(this::sweepUntilClosed);
    }

    @Override
    public void close() {
        closed.countDown();
    }

    private void sweepUntilClosed() {
        try {
            do {
                sweep();
            } while (!closed.await(HOURS_BETWEEN, TimeUnit.HOURS));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void sweep() {
        try {
            int purged = journal.purge(clock.instant().minus(retention), present.get());
            LOG.atDebug().log("{} journal entries purged", purged);
        } catch (RuntimeException e) {
            LOG.atWarn().setCause(e).log("the journal was not swept");
        }
    }
}
