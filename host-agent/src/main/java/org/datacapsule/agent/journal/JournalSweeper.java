package org.datacapsule.agent.journal;

import java.time.Duration;
import java.time.InstantSource;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.function.Supplier;
import org.datacapsule.agent.work.Closing;
import org.datacapsule.agent.work.Threads;
import org.datacapsule.common.id.CapsuleId;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Forgets, every hour, what has been finished and reported for longer than any command lives. */
public final class JournalSweeper implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(JournalSweeper.class);
    private static final Duration BETWEEN = Duration.ofHours(1);

    private final Journal journal;
    private final Supplier<Set<CapsuleId>> present;
    private final Duration retention;
    private final InstantSource clock;
    private final ExecutorService thread;
    private final Closing closing;

    /** @param present the capsules this host has now */
    public JournalSweeper(
            Journal journal,
            Supplier<Set<CapsuleId>> present,
            Duration retention,
            InstantSource clock,
            Threads threads) {
        this.journal = journal;
        this.present = present;
        this.retention = retention;
        this.clock = clock;
        this.thread = threads.each("journal-sweeper-");
        this.closing = threads.closing();
    }

    public void start() {
        thread.execute(this::sweepUntilClosed);
    }

    @Override
    public void close() {
        closing.begin();
        thread.shutdown();
    }

    private void sweepUntilClosed() {
        try {
            do {
                sweep();
            } while (!closing.within(BETWEEN));
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
