package org.datacapsule.router.work;

import java.time.Duration;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Takes a step again and again: at once while there is something to do, after a pause when there is not. */
public final class Loop implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Loop.class);

    private final String name;
    private final Duration pause;
    private final Step step;
    private final Semaphore wanted = new Semaphore(0);
    private final Thread thread;
    private boolean failing;

    /** One step; a failure is logged once, and the step tried again after the pause. */
    @FunctionalInterface
    public interface Step {
        /** Answers whether there may be more to do at once. */
        boolean take() throws InterruptedException;
    }

    private Loop(String name, Duration pause, Step step) {
        this.name = name;
        this.pause = pause;
        this.step = step;
        this.thread = Thread.ofVirtual().name(name).unstarted(this::run);
    }

    public static Loop start(String name, Duration pause, Step step) {
        Loop loop = new Loop(name, pause, step);
        loop.thread.start();
        return loop;
    }

    /** Ends a pause; only a matter of speed. */
    public void wake() {
        if (wanted.availablePermits() == 0) {
            wanted.release();
        }
    }

    @Override
    public void close() {
        thread.interrupt();
        try {
            // What it is in the middle of must not meet a closed pool.
            thread.join(Duration.ofSeconds(5));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void run() {
        try {
            while (!Thread.currentThread().isInterrupted()) {
                if (!taken()) {
                    var unused = wanted.tryAcquire(pause.toMillis(), TimeUnit.MILLISECONDS);
                }
            }
        } catch (InterruptedException e) {
            LOG.atDebug().addKeyValue("loop", name).log("loop ends");
        }
    }

    private boolean taken() throws InterruptedException {
        try {
            boolean more = step.take();
            failing = false;
            return more;
        } catch (RuntimeException e) {
            LOG.atLevel(failing ? org.slf4j.event.Level.DEBUG : org.slf4j.event.Level.WARN)
                    .setCause(e)
                    .addKeyValue("loop", name)
                    .log("a step failed and is tried again");
            failing = true;
            return false;
        }
    }
}
