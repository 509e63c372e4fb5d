package org.datacapsule.agent.journal;

import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
import org.datacapsule.common.id.CapsuleId;

/** A lock per capsule, near enough: two capsules may share one. Held over a write of the journal, never over a handler. */
final class CapsuleLocks {
    private static final int STRIPES = 64;

    private final ReentrantLock[] stripes = new ReentrantLock[STRIPES];

    CapsuleLocks() {
        for (int i = 0; i < STRIPES; i++) {
            stripes[i] = new ReentrantLock();
        }
    }

    <T> T exclusively(CapsuleId capsule, Supplier<T> work) {
        ReentrantLock stripe = stripes[Math.floorMod(capsule.hashCode(), STRIPES)];
        stripe.lock();
        try {
            return work.get();
        } finally {
            stripe.unlock();
        }
    }
}
