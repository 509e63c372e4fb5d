package org.datacapsule.agent.storage;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.ReentrantLock;
import org.datacapsule.common.error.ProblemException;
import org.datacapsule.common.id.CapsuleId;
import org.datacapsule.common.wire.SecureVolume;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Secure volumes, each made once. It takes seconds, so it is begun when a capsule is launched, long before somebody wants the
 * volume; who wants it earlier waits for what is being made.
 */
final class Volumes {
    private static final Logger LOG = LoggerFactory.getLogger(Volumes.class);

    private final VolumeMaker maker;
    private final Map<CapsuleId, ReentrantLock> locks = new ConcurrentHashMap<>();
    private final Map<CapsuleId, Thread> preparing = new ConcurrentHashMap<>();

    Volumes(VolumeMaker maker) {
        this.maker = maker;
    }

    /** Begins to make it; what goes wrong is met again, and said, by who wants it. */
    void prepare(CapsuleId capsule, Path target, SecureVolume volume) {
        if (Files.exists(target)) {
            return;
        }
        Thread thread = Thread.ofVirtual().name("volume-" + capsule).unstarted(() -> {
            try {
                require(capsule, target, volume);
            } catch (ProblemException e) {
                LOG.atWarn().addKeyValue("capsuleId", capsule).log("no secure volume yet: {}", e.getMessage());
            } finally {
                preparing.remove(capsule, Thread.currentThread());
            }
        });
        if (preparing.putIfAbsent(capsule, thread) == null) {
            thread.start();
        }
    }

    void require(CapsuleId capsule, Path target, SecureVolume volume) {
        ReentrantLock lock = locks.computeIfAbsent(capsule, key -> new ReentrantLock());
        lock.lock();
        try {
            if (!Files.exists(target)) {
                maker.make(target, volume);
            }
        } catch (IOException e) {
            throw Failures.of("making the secure volume", e);
        } finally {
            lock.unlock();
        }
    }

    /** Made anew: nothing is on it, and no file system either. */
    void makeEmpty(CapsuleId capsule, Path target, SecureVolume volume) {
        ReentrantLock lock = locks.computeIfAbsent(capsule, key -> new ReentrantLock());
        lock.lock();
        try {
            maker.makeEmpty(target, volume);
        } catch (IOException e) {
            throw Failures.of("making the secure volume", e);
        } finally {
            lock.unlock();
        }
    }

    /** Nothing is being made any more when this returns. */
    void cancel(CapsuleId capsule) {
        Thread thread = preparing.get(capsule);
        if (thread != null) {
            thread.interrupt();
            join(thread);
        }
        ReentrantLock lock = locks.get(capsule);
        if (lock != null) {
            lock.lock();
            try {
                locks.remove(capsule, lock);
            } finally {
                lock.unlock();
            }
        }
    }

    private static void join(Thread thread) {
        try {
            thread.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
