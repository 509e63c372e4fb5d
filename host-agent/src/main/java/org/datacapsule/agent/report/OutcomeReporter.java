package org.datacapsule.agent.report;

import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.datacapsule.agent.command.OutcomeListener;
import org.datacapsule.agent.journal.Journal;
import org.datacapsule.agent.journal.JournalEntry;
import org.datacapsule.agent.journal.Stage;
import org.datacapsule.agent.step.Abandoned;
import org.datacapsule.agent.step.Step;
import org.datacapsule.agent.step.StepListener;
import org.datacapsule.agent.work.Closing;
import org.datacapsule.agent.work.Threads;
import org.datacapsule.common.wire.Acknowledged;
import org.datacapsule.common.wire.Contracts;
import org.datacapsule.common.wire.OutcomeReport;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Tells the routers how each operation ended, again and again until one of them has it in the database. */
public final class OutcomeReporter implements OutcomeListener {
    private static final Logger LOG = LoggerFactory.getLogger(OutcomeReporter.class);
    private static final Duration FIRST_WAIT = Duration.ofMillis(100);
    private static final Duration LONGEST_WAIT = Duration.ofSeconds(5);
    private static final Duration TO_BE_ANSWERED = Duration.ofSeconds(5);
    private static final int ASKED_AT_ONCE = 16;

    private final Journal journal;
    private final Routers routers;
    private final StepListener steps;
    private final Closing closing;
    private final Semaphore asking = new Semaphore(ASKED_AT_ONCE);
    private final ExecutorService threads;

    public OutcomeReporter(Journal journal, Routers routers, StepListener steps, Threads threads) {
        this.journal = journal;
        this.routers = routers;
        this.steps = steps;
        this.closing = threads.closing();
        this.threads = threads.each("outcome-");
    }

    /** One thread an outcome, so that one that no router can record does not hold up the others. */
    @Override
    public void ended(JournalEntry finished) {
        if (!closing.isBegun()) {
            threads.execute(() -> reportUntilAcknowledged(finished));
        }
    }

    /** Ends once what is being asked is answered; what was not reported is reported at the next start. */
    public void stop() throws InterruptedException {
        closing.begin();
        threads.shutdown();
        if (!threads.awaitTermination(TO_BE_ANSWERED.toMillis(), TimeUnit.MILLISECONDS)) {
            LOG.atWarn().log("some outcomes are still being reported; they are reported again at the next start");
        }
    }

    private void reportUntilAcknowledged(JournalEntry entry) {
        Backoff backoff = new Backoff(FIRST_WAIT, LONGEST_WAIT);
        try {
            while (!closing.isBegun() && isStillToReport(entry)) {
                steps.reached(Step.OUTCOME_BEFORE_REPORT, entry.ref());
                if (isAcknowledged(entry)) {
                    steps.reached(Step.OUTCOME_ACKNOWLEDGED, entry.ref());
                    journal.reported(entry.operation(), entry.attempt());
                    steps.reached(Step.OUTCOME_SETTLED, entry.ref());
                    return;
                }
                if (closing.within(backoff.next())) {
                    return;
                }
            }
        } catch (InterruptedException | Abandoned e) {
            entry.ref().on(LOG.atInfo()).log("the outcome is reported at the next start: {}", e.getMessage());
        } catch (RuntimeException e) {
            entry.ref().on(LOG.atError().setCause(e)).log("the outcome is reported at the next start");
        }
    }

    /** Not when a newer attempt has taken the operation's place. */
    private boolean isStillToReport(JournalEntry entry) {
        return journal.find(entry.operation())
                .filter(now -> now.attempt() == entry.attempt() && !now.isReported())
                .isPresent();
    }

    private boolean isAcknowledged(JournalEntry entry) throws InterruptedException {
        if (!(entry.stage() instanceof Stage.Finished finished)) {
            throw new IllegalStateException("not finished: " + entry.operation());
        }
        OutcomeReport report = new OutcomeReport(entry.operation(), entry.attempt(), entry.host(), finished.outcome());
        asking.acquire();
        try {
            Optional<Acknowledged> answer = routers.ask(Contracts.OUTCOME, report);
            return answer.isPresent();
        } finally {
            asking.release();
        }
    }
}
