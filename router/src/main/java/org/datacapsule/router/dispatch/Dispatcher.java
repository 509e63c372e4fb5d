package org.datacapsule.router.dispatch;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;
import org.datacapsule.router.database.Database;
import org.datacapsule.router.operation.Operation;
import org.datacapsule.router.operation.OperationConfig;
import org.datacapsule.router.operation.OperationSignal;
import org.datacapsule.router.operation.OperationStore;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Takes operations that are due and delivers them, many at a time. Every router runs one; a claim is a lease, so that
 * what a router had claimed when it died is another's a few seconds later.
 */
public final class Dispatcher implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Dispatcher.class);
    private static final Duration LOOK = Duration.ofMillis(500);
    private static final int AT_ONCE = 64;

    private final Database database;
    private final OperationStore operations;
    private final Delivery delivery;
    private final OperationSignal signal;
    private final OperationConfig config;
    private final ExecutorService deliveries = Executors.newThreadPerTaskExecutor(
            Thread.ofVirtual().name("delivery-", 0).factory());
    private final Semaphore room = new Semaphore(AT_ONCE);
    private final Thread loop;

    public Dispatcher(
            Database database,
            OperationStore operations,
            Delivery delivery,
            OperationSignal signal,
            OperationConfig config) {
        this.database = database;
        this.operations = operations;
        this.delivery = delivery;
        this.signal = signal;
        this.config = config;
        this.loop = Thread.ofVirtual().name("dispatcher").unstarted(this::run);
    }

    public void start() {
        loop.start();
    }

    @Override
    public void close() {
        loop.interrupt();
        deliveries.shutdownNow();
    }

    private void run() {
        try {
            while (!Thread.currentThread().isInterrupted()) {
                int claimed = claimAndDeliver();
                if (claimed == 0) {
                    signal.await(LOOK);
                }
            }
        } catch (InterruptedException e) {
            LOG.atDebug().log("dispatcher ends");
        }
    }

    private int claimAndDeliver() throws InterruptedException {
        int free = Math.max(1, room.availablePermits());
        List<Operation> due;
        try {
            due = database.transaction(tx -> operations.claimDue(tx, free, config.claim()));
        } catch (RuntimeException e) {
            LOG.atWarn().addKeyValue("cause", e.getMessage()).log("operations cannot be claimed now");
            return 0;
        }
        for (Operation operation : due) {
            room.acquire();
            deliveries.execute(() -> deliver(operation));
        }
        return due.size();
    }

    private void deliver(Operation operation) {
        try {
            delivery.deliver(operation);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (RuntimeException e) {
            // The claim runs out, and the operation is due again.
            LOG.atWarn()
                    .setCause(e)
                    .addKeyValue("operationId", operation.id())
                    .addKeyValue("requestId", operation.requestId())
                    .log("operation could not be delivered");
        } finally {
            room.release();
        }
    }
}
