package org.datacapsule.router.http;

import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicInteger;
import org.datacapsule.common.error.ErrorCode;
import org.datacapsule.common.error.ProblemException;

/** How many requests run, on which threads, and what becomes of them when the server stops. Any number of threads. */
final class RunningRequests {
    private final Vertx vertx;
    private final Semaphore slots;
    private final ExecutorService threads = Executors.newThreadPerTaskExecutor(
            Thread.ofVirtual().name("request-", 0).factory());
    private final AtomicInteger running = new AtomicInteger();
    private final Promise<Void> idle = Promise.promise();
    private volatile boolean draining;

    /** @param most how many run at once */
    RunningRequests(Vertx vertx, int most) {
        this.vertx = vertx;
        this.slots = new Semaphore(most);
    }

    /** Counts a request, which has to {@link #ended end}, and refuses it when the server is stopping. */
    void admit() {
        begin();
        if (draining) {
            throw unavailable("The server is stopping; try again in a moment.");
        }
    }

    /** Counts a request that is answered however the server is. */
    void begin() {
        running.incrementAndGet();
    }

    void ended() {
        if (running.decrementAndGet() == 0 && draining) {
            idle.tryComplete();
        }
    }

    /**
     * Runs a request on a virtual thread of its own.
     *
     * @throws ProblemException when as many as there may be run already
     */
    void run(Runnable request) {
        if (!slots.tryAcquire()) {
            throw unavailable("The server has as many requests as it takes at once; try again in a moment.");
        }
        threads.execute(() -> {
            try {
                request.run();
            } finally {
                slots.release();
            }
        });
    }

    boolean draining() {
        return draining;
    }

    Future<Void> drain(Duration most) {
        draining = true;
        if (running.get() == 0) {
            idle.tryComplete();
        }
        long timer = vertx.setTimer(Math.max(1, most.toMillis()), late -> idle.tryComplete());
        return idle.future().onComplete(done -> vertx.cancelTimer(timer));
    }

    void close() {
        threads.shutdownNow();
    }

    static ProblemException unavailable(String detail) {
        return new ProblemException(ErrorCode.SERVICE_UNAVAILABLE, detail);
    }
}
