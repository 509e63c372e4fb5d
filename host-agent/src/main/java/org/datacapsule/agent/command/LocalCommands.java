package org.datacapsule.agent.command;

import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import org.datacapsule.agent.hypervisor.GuestDomain;
import org.datacapsule.agent.hypervisor.Hypervisor;
import org.datacapsule.agent.journal.Journal;
import org.datacapsule.agent.journal.JournalEntry;
import org.datacapsule.agent.journal.Newest;
import org.datacapsule.agent.step.Step;
import org.datacapsule.agent.step.StepListener;
import org.datacapsule.common.id.CapsuleId;
import org.datacapsule.common.id.HostId;
import org.datacapsule.common.id.OperationId;
import org.datacapsule.common.wire.Command;
import org.datacapsule.common.wire.CommandEnvelope;
import org.datacapsule.common.wire.Outcome;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Takes in commands of this host's operator: they go through the same journal and the same queues as a router's. Such a
 * command has the capsule's newest generation and sequence, so that it never makes a router's next one stale; and it waits
 * for nothing: a capsule at which anything is under way is busy.
 */
public final class LocalCommands {
    private static final Logger LOG = LoggerFactory.getLogger(LocalCommands.class);
    /** Begun at once or never. */
    private static final Duration LIFE = Duration.ofMinutes(10);

    private static final long FIRST_GENERATION = 1;

    private final HostId self;
    private final Journal journal;
    private final Hypervisor hypervisor;
    private final CapsuleQueues queues;
    private final Waiters waiters;
    private final StepListener steps;
    private final InstantSource clock;

    public LocalCommands(
            HostId self,
            Journal journal,
            Hypervisor hypervisor,
            CapsuleQueues queues,
            Waiters waiters,
            StepListener steps,
            InstantSource clock) {
        this.self = self;
        this.journal = journal;
        this.hypervisor = hypervisor;
        this.queues = queues;
        this.waiters = waiters;
        this.steps = steps;
        this.clock = clock;
    }

    /** What came of a command. */
    public sealed interface Ending {
        record Ended(Outcome outcome) implements Ending {}

        /** Not taken in: this is under way. */
        record Busy(String with) implements Ending {}

        /** The agent stops; the command is in its journal and is gone on with at its next start. */
        record Left() implements Ending {}
    }

    /**
     * Done, when this returns, or not taken in.
     *
     * @param allowed throws when the capsule is not in a state for it; asked while nobody else can take anything in
     */
    public Ending run(Command command, Runnable allowed) throws InterruptedException {
        CapsuleId capsule = command.spec().id();
        long domain = hypervisor.find(capsule).map(GuestDomain::generation).orElse(FIRST_GENERATION);
        OperationId operation = OperationId.random();
        CompletableFuture<Outcome> outcome = waiters.expect(operation);
        try {
            Optional<JournalEntry> busy =
                    journal.exclusively(capsule, () -> admit(operation, command, domain, allowed));
            return busy.isPresent() ? new Ending.Busy(inWords(busy.get())) : await(outcome);
        } finally {
            waiters.forget(operation);
        }
    }

    /** Gets done what an agent or a script that died has left of this capsule; only where no agent runs that does so anyway. */
    public void finishWhatWasLeft(CapsuleId capsule) throws InterruptedException {
        for (JournalEntry entry : journal.unfinished(capsule)) {
            LOG.atInfo().addKeyValue("capsuleId", capsule).log("{} was left unfinished and goes on", entry.kind());
            CompletableFuture<Outcome> outcome = waiters.expect(entry.operation());
            queues.submit(entry);
            await(outcome);
        }
    }

    /** @return what keeps it from being taken in */
    private Optional<JournalEntry> admit(
            OperationId operation, Command command, long domainGeneration, Runnable allowed) {
        CapsuleId capsule = command.spec().id();
        List<JournalEntry> unfinished = journal.unfinished(capsule);
        if (!unfinished.isEmpty()) {
            return Optional.of(unfinished.getFirst());
        }
        allowed.run();
        Newest newest = journal.newest(capsule);
        JournalEntry entry = journal.accept(new CommandEnvelope(
                operation,
                1,
                self,
                Math.max(newest.generation(), domainGeneration),
                Math.max(newest.sequence(), 0),
                "script-" + operation,
                clock.instant().plus(LIFE),
                command));
        entry.ref().on(LOG.atInfo()).log("{} accepted from this host's operator", entry.kind());
        steps.reached(Step.COMMAND_JOURNALED, entry.ref());
        queues.submit(entry);
        return Optional.empty();
    }

    private static Ending await(CompletableFuture<Outcome> outcome) throws InterruptedException {
        try {
            return new Ending.Ended(outcome.get());
        } catch (CancellationException e) {
            return new Ending.Left();
        } catch (ExecutionException e) {
            throw new IllegalStateException("only ever completed or cancelled", e);
        }
    }

    private static String inWords(JournalEntry entry) {
        return entry.kind() + ", operation " + entry.operation();
    }
}
