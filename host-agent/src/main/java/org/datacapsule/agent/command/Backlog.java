package org.datacapsule.agent.command;

import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.datacapsule.agent.journal.Journal;
import org.datacapsule.agent.journal.JournalEntry;
import org.datacapsule.common.id.OperationId;

/** What the process before this one took in and did not end; each of it is taken up once. */
public final class Backlog {
    private final Journal journal;
    private final CapsuleQueues queues;
    private final Set<OperationId> waiting = ConcurrentHashMap.newKeySet();

    /** Of a journal that this process has written nothing into yet. */
    public Backlog(Journal journal, CapsuleQueues queues) {
        this.journal = journal;
        this.queues = queues;
        journal.unfinished().forEach(entry -> waiting.add(entry.operation()));
    }

    /** Goes on with all of it, in the order it was asked for. */
    public void takeUp() {
        List<JournalEntry> unfinished = journal.unfinished();
        unfinished.forEach(entry -> takeUp(entry.operation()));
    }

    /** Goes on with this one, which is asked for again; nothing if it is at work already. */
    void takeUp(OperationId operation) {
        if (waiting.remove(operation)) {
            journal.find(operation).ifPresent(queues::submit);
        }
    }
}
