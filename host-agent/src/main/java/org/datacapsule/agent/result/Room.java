package org.datacapsule.agent.result;

import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.locks.ReentrantLock;
import org.datacapsule.agent.config.ResultsConfig;
import org.datacapsule.common.id.CapsuleId;

/** The bytes of the spool: how many are taken, and by whom. Any thread. */
final class Room {
    private final ResultsConfig limits;
    private final ReentrantLock lock = new ReentrantLock();
    private final Map<CapsuleId, Long> taken = new HashMap<>();
    private long total;

    Room(ResultsConfig limits) {
        this.limits = limits;
    }

    /** Whether the capsule gets so many bytes more. */
    boolean take(CapsuleId capsule, long bytes) {
        lock.lock();
        try {
            boolean fits = total + bytes <= limits.spoolBytes()
                    && taken.getOrDefault(capsule, 0L) + bytes <= limits.shareOfCapsule();
            if (fits) {
                occupy(capsule, bytes);
            }
            return fits;
        } finally {
            lock.unlock();
        }
    }

    /** Counts what is there already, fit or not. */
    void occupy(CapsuleId capsule, long bytes) {
        lock.lock();
        try {
            total += bytes;
            taken.merge(capsule, bytes, Long::sum);
        } finally {
            lock.unlock();
        }
    }

    void giveBack(CapsuleId capsule, long bytes) {
        lock.lock();
        try {
            total -= bytes;
            taken.computeIfPresent(capsule, (id, had) -> had > bytes ? had - bytes : null);
        } finally {
            lock.unlock();
        }
    }
}
