package org.datacapsule.agent.command;

import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import org.datacapsule.agent.journal.JournalEntry;
import org.datacapsule.agent.journal.Stage;
import org.datacapsule.common.id.OperationId;
import org.datacapsule.common.wire.Outcome;

/** Those who wait at this host for an operation to end. */
public final class Waiters implements OutcomeListener {
    private final Map<OperationId, CompletableFuture<Outcome>> waiting = new ConcurrentHashMap<>();

    /** Completes with the outcome; cancelled when the agent stops before. To be called before the operation is submitted. */
    CompletableFuture<Outcome> expect(OperationId operation) {
        return waiting.computeIfAbsent(operation, id -> new CompletableFuture<>());
    }

    /** Nobody waits for it any more. */
    void forget(OperationId operation) {
        waiting.remove(operation);
    }

    @Override
    public void ended(JournalEntry finished) {
        CompletableFuture<Outcome> waiter = waiting.remove(finished.operation());
        if (waiter != null && finished.stage() instanceof Stage.Finished stage) {
            waiter.complete(stage.outcome());
        }
    }

    /** Nobody waits any more: what was not done is done at the next start. */
    public void dismiss() {
        waiting.values().forEach(waiter -> waiter.cancel(false));
    }
}
