package org.datacapsule.agent.command;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.datacapsule.agent.hypervisor.CapsuleStorage;
import org.datacapsule.agent.hypervisor.Hypervisor;
import org.datacapsule.agent.hypervisor.ReleaseDesk;
import org.datacapsule.common.id.CapsuleId;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A guest in secure mode that crashed, powered itself off or went down with its host leaves what it wrote. That is dropped
 * within seconds, and not only when somebody launches the capsule again.
 */
public final class SecureSweeper implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(SecureSweeper.class);
    private static final long SECONDS_BETWEEN = 5;

    private final CapsuleQueues queues;
    private final Hypervisor hypervisor;
    private final CapsuleStorage storage;
    private final ReleaseDesk releases;
    private final CountDownLatch closed = new CountDownLatch(1);

    public SecureSweeper(CapsuleQueues queues, Hypervisor hypervisor, CapsuleStorage storage, ReleaseDesk releases) {
        this.queues = queues;
        this.hypervisor = hypervisor;
        this.storage = storage;
        this.releases = releases;
    }

    public void start() {
        Thread.ofVirtual().name("secure-sweeper").start(this::sweepUntilClosed);
    }

    @Override
    public void close() {
        closed.countDown();
    }

    private void sweepUntilClosed() {
        try {
            do {
                sweep();
            } while (!closed.await(SECONDS_BETWEEN, TimeUnit.SECONDS));
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
        if (hypervisor.find(capsule).isEmpty() && !storage.isAwaited(capsule)) {
            releases.close(capsule);
            storage.dropSecureOverlay(capsule);
            LOG.atInfo()
                    .addKeyValue("capsuleId", capsule)
                    .log("the guest is gone, and what it wrote in secure mode with it");
        }
    }
}
