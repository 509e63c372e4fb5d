package org.datacapsule.router.event;

import java.time.Duration;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.datacapsule.router.database.Database;
import org.datacapsule.router.work.Loop;

/**
 * Publishes events and wakes those who wait for one. An event's id at its insert says nothing about when it commits, so a
 * reader going by it would miss events; positions are given after the commit, by one publisher at a time, and whoever has
 * read up to a position has read all before it (docs/decisions/0011-events.md).
 */
public final class EventFeed implements AutoCloseable {
    private static final Duration LOOK = Duration.ofMillis(500);
    private static final Duration BETWEEN_PURGES = Duration.ofHours(1);
    private static final int AT_ONCE = 500;

    private final Database database;
    private final Duration keep;
    private final EventStore store = new EventStore();
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private final Loop loop;
    private long head;
    private int waiting;
    private boolean closed;
    private long purged = System.nanoTime() - BETWEEN_PURGES.toNanos();

    /** @param keep how long an event can be read */
    public EventFeed(Database database, Duration keep) {
        this.database = database;
        this.keep = keep;
        this.loop = Loop.start("events", LOOK, this::step);
    }

    public void wake() {
        loop.wake();
    }

    /** Returns when there may be events after {@code position}, or after {@code atMost}. */
    void await(long position, Duration atMost) throws InterruptedException {
        long left = atMost.toNanos();
        lock.lock();
        waiting++;
        try {
            while (!closed && head <= position && left > 0) {
                left = changed.awaitNanos(left);
            }
        } finally {
            waiting--;
            lock.unlock();
        }
    }

    boolean isClosed() {
        lock.lock();
        try {
            return closed;
        } finally {
            lock.unlock();
        }
    }

    /** Lets everybody who waits go. */
    @Override
    public void close() {
        lock.lock();
        try {
            closed = true;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
        loop.close();
    }

    private boolean step() throws InterruptedException {
        boolean more = database.read(store::somethingWaits)
                && database.transaction(tx -> store.tryLockPublishing(tx) && store.publish(tx, AT_ONCE) == AT_ONCE);
        if (somebodyWaits()) {
            announce(database.read(store::head));
        }
        if (System.nanoTime() - purged > BETWEEN_PURGES.toNanos()) {
            purged = System.nanoTime();
            database.transaction(tx -> store.purge(tx, keep));
        }
        return more;
    }

    private boolean somebodyWaits() {
        lock.lock();
        try {
            return waiting > 0;
        } finally {
            lock.unlock();
        }
    }

    private void announce(long newest) {
        lock.lock();
        try {
            if (newest > head) {
                head = newest;
                changed.signalAll();
            }
        } finally {
            lock.unlock();
        }
    }
}
