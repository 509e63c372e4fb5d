package org.datacapsule.agent.command;

import java.time.Duration;
import java.util.concurrent.ExecutorService;
import org.datacapsule.agent.hypervisor.CapsuleStorage;
import org.datacapsule.agent.hypervisor.Hypervisor;
import org.datacapsule.agent.hypervisor.ReleaseDesk;
import org.datacapsule.agent.journal.Journal;
import org.datacapsule.agent.work.Closing;
import org.datacapsule.agent.work.Threads;
import org.datacapsule.common.id.CapsuleId;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A guest in secure mode that crashed, powered itself off or went down with its host leaves what it wrote. That is dropped
 * within seconds, and not only when somebody launches the capsule again.
 */
public final class SecureSweeper implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(SecureSweeper.class);
    private static final Duration BETWEEN = Duration.ofSeconds(5);

    private final CapsuleQueues queues;
    private final Journal journal;
    private final Hypervisor hypervisor;
    private final CapsuleStorage storage;
    private final ReleaseDesk releases;
    private final ExecutorService thread;
    private final Closing closing;

    public SecureSweeper(
            CapsuleQueues queues,
            Journal journal,
            Hypervisor hypervisor,
            CapsuleStorage storage,
            ReleaseDesk releases,
            Threads threads) {
        this.queues = queues;
        this.journal = journal;
        this.hypervisor = hypervisor;
        this.storage = storage;
        this.releases = releases;
        this.thread = threads.each("secure-sweeper-");
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

    void sweep() {
        try {
            for (CapsuleId capsule : storage.all()) {
                if (storage.hasSecureOverlay(capsule)) {
                    queues.whileIdle(capsule, () -> drop(capsule));
                }
            }
        } catch (RuntimeException e) {
            LOG.atWarn().addKeyValue("cause", e.getMessage()).log("not swept; it is tried again");
        }
    }

    private void drop(CapsuleId capsule) {
        // What is unfinished may wait for its turn since the agent started, and knows best what to do with it.
        if (journal.unfinished(capsule).isEmpty()
                && hypervisor.find(capsule).isEmpty()
                && !storage.isAwaited(capsule)) {
            releases.close(capsule);
            storage.dropSecureOverlay(capsule);
            LOG.atInfo()
                    .addKeyValue("capsuleId", capsule)
                    .log("the guest is gone, and what it wrote in secure mode with it");
        }
    }
}
