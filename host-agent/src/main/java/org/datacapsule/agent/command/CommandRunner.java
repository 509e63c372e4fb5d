package org.datacapsule.agent.command;

import java.time.Duration;
import java.time.InstantSource;
import java.util.Optional;
import java.util.concurrent.Semaphore;
import java.util.function.Supplier;
import org.datacapsule.agent.hypervisor.GuestDomain;
import org.datacapsule.agent.hypervisor.Hypervisor;
import org.datacapsule.agent.journal.Journal;
import org.datacapsule.agent.journal.JournalEntry;
import org.datacapsule.agent.journal.JournalException;
import org.datacapsule.agent.journal.Stage;
import org.datacapsule.agent.step.Abandoned;
import org.datacapsule.agent.step.Step;
import org.datacapsule.agent.step.StepListener;
import org.datacapsule.agent.work.Closing;
import org.datacapsule.agent.work.Threads;
import org.datacapsule.common.capsule.CapsuleEvent.Found;
import org.datacapsule.common.error.ErrorCode;
import org.datacapsule.common.error.ProblemException;
import org.datacapsule.common.id.OperationId;
import org.datacapsule.common.wire.Command;
import org.datacapsule.common.wire.Outcome;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Takes one journaled operation to its outcome, from wherever an earlier run left it. */
public final class CommandRunner {
    private static final Logger LOG = LoggerFactory.getLogger(CommandRunner.class);
    private static final Duration BEFORE_WRITING_AGAIN = Duration.ofSeconds(1);

    private final Journal journal;
    private final Hypervisor hypervisor;
    private final CommandHandlers handlers;
    private final StepListener steps;
    private final OutcomeListener outcomes;
    private final InstantSource clock;
    private final Semaphore slots;
    private final Closing closing;

    /** @param atOnce how many operations work at once, those that only wait for a guest to power off not counted */
    public CommandRunner(
            Journal journal,
            Hypervisor hypervisor,
            CommandHandlers handlers,
            StepListener steps,
            OutcomeListener outcomes,
            InstantSource clock,
            Threads threads,
            int atOnce) {
        this.journal = journal;
        this.hypervisor = hypervisor;
        this.handlers = handlers;
        this.steps = steps;
        this.outcomes = outcomes;
        this.clock = clock;
        this.closing = threads.closing();
        this.slots = new Semaphore(atOnce, true);
    }

    /** From now on every operation is left at its next step boundary. */
    void abandon() {
        closing.begin();
    }

    /** @throws Abandoned when the agent stops before the outcome stands in the journal */
    void run(OperationId id) {
        slots.acquireUninterruptibly();
        try {
            JournalEntry entry = entry(id);
            Outcome outcome = outcomeOf(entry);
            steps.reached(Step.OUTCOME_DECIDED, entry.ref());
            JournalEntry finished = finish(entry, outcome);
            steps.reached(Step.OUTCOME_JOURNALED, entry.ref());
            outcomes.ended(finished);
        } finally {
            slots.release();
        }
    }

    private Outcome outcomeOf(JournalEntry entry) {
        Supplier<Found> left = () -> Found.UNSAID;
        try {
            if (closing.isBegun()) {
                throw new Abandoned("the agent is stopping");
            }
            refuseToBeginInVain(entry);
            Optional<GuestDomain> domain = hypervisor.find(entry.capsule());
            refuseOlderThan(domain, entry);
            Command command = journal.command(entry);
            left = () -> handlers.leftBy(command);
            journal.begin(entry.operation());
            steps.reached(Step.COMMAND_BEGUN, entry.ref());
            Outcome done = handlers.handle(command, operation(entry, domain));
            entry.ref().on(LOG.atInfo()).log("{} done", entry.kind());
            return done;
        } catch (Abandoned e) {
            throw e;
        } catch (ProblemException e) {
            return Failures.expected(e, entry.ref(), left.get());
        } catch (RuntimeException | Error e) {
            return Failures.unexpected(e, entry.ref(), left.get());
        }
    }

    private Operation operation(JournalEntry entry, Optional<GuestDomain> domain) {
        return new Operation(entry.ref(), domain, steps, () -> journal.isSuperseded(entry), closing::isBegun, slots);
    }

    /** What has begun must be gone through with, or taken back, by its handler; unless all of it is taken anyway. */
    private void refuseToBeginInVain(JournalEntry entry) {
        if (journal.isEvicted(entry)) {
            throw Operation.cancelled();
        }
        if (!(entry.stage() instanceof Stage.Accepted)) {
            return;
        }
        if (journal.isSuperseded(entry)) {
            throw Operation.cancelled();
        }
        if (clock.instant().isAfter(entry.expires())) {
            throw new ProblemException(
                    ErrorCode.OPERATION_DEADLINE_EXCEEDED,
                    "The host did not come to begin the command before " + entry.expires() + ".");
        }
    }

    /** The domain's metadata outlives a journal that was lost. */
    private static void refuseOlderThan(Optional<GuestDomain> domain, JournalEntry entry) {
        domain.filter(guest -> guest.generation() > entry.generation()).ifPresent(guest -> {
            throw new ProblemException(
                    ErrorCode.HOST_STALE_COMMAND,
                    "The command came too late: the guest is at generation " + guest.generation()
                            + ", and the command is for " + entry.generation() + ".");
        });
    }

    /** An outcome that is not in the journal would be lost, so a full disk is waited out. */
    private JournalEntry finish(JournalEntry entry, Outcome outcome) {
        while (true) {
            try {
                return journal.finish(entry.operation(), outcome);
            } catch (JournalException e) {
                entry.ref().on(LOG.atError().setCause(e)).log("the outcome is not journaled yet");
                pause();
            }
        }
    }

    private void pause() {
        try {
            if (closing.within(BEFORE_WRITING_AGAIN)) {
                throw new Abandoned("the agent is stopping before the outcome was journaled");
            }
        } catch (InterruptedException e) {
            throw new Abandoned("interrupted before the outcome was journaled");
        }
    }

    private JournalEntry entry(OperationId id) {
        return journal.find(id).orElseThrow(() -> new IllegalStateException("not in the journal: " + id));
    }
}
