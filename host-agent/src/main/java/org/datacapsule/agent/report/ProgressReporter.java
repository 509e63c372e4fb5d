package org.datacapsule.agent.report;

import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;
import org.datacapsule.agent.step.OperationRef;
import org.datacapsule.agent.step.Step;
import org.datacapsule.agent.step.StepListener;
import org.datacapsule.common.wire.Contracts;
import org.datacapsule.common.wire.ProgressReport;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Tells the routers of each step, once and without waiting: progress that gets lost does no harm. */
public final class ProgressReporter implements StepListener, AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(ProgressReporter.class);
    private static final int UNDER_WAY = 32;

    private final Routers routers;
    private final Semaphore room = new Semaphore(UNDER_WAY);
    private final ExecutorService threads = Executors.newThreadPerTaskExecutor(
            Thread.ofVirtual().name("progress-", 0).factory());

    public ProgressReporter(Routers routers) {
        this.routers = routers;
    }

    @Override
    public void reached(Step step, OperationRef operation) {
        operation.on(LOG.atDebug()).addKeyValue("step", step.wireName()).log("step reached");
        if (step.percent() > 0 && step.percent() < 100) {
            report(operation, step.wireName(), step.percent());
        }
    }

    @Override
    public void copied(Step before, Step after, int percent, OperationRef operation) {
        int way = after.percent() - before.percent();
        report(operation, after.wireName().replaceAll("\\..*", ".copying"), before.percent() + percent * way / 100);
    }

    private void report(OperationRef operation, String step, int percent) {
        if (!threads.isShutdown() && room.tryAcquire()) {
            ProgressReport report =
                    new ProgressReport(operation.operation(), operation.attempt(), operation.host(), step, percent);
            threads.execute(() -> send(report));
        }
    }

    @Override
    public void close() {
        threads.shutdown();
    }

    private void send(ProgressReport report) {
        try {
            routers.ask(Contracts.PROGRESS, report);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            room.release();
        }
    }
}
