package org.datacapsule.router.operation;

import java.time.Duration;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/** Wakes this router's dispatcher when there is something to send; only a matter of speed, as it also looks by itself. */
public final class OperationSignal {
    private final Semaphore pending = new Semaphore(0);

    public void wake() {
        pending.release();
    }

    /** Returns when woken, or after {@code atMost}. */
    public void await(Duration atMost) throws InterruptedException {
        boolean woken = pending.tryAcquire(atMost.toMillis(), TimeUnit.MILLISECONDS);
        if (woken) {
            pending.drainPermits();
        }
    }
}
