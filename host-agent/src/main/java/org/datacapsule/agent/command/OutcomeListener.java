package org.datacapsule.agent.command;

import org.datacapsule.agent.journal.JournalEntry;

/** Told of each operation that has ended, once that stands in the journal. */
@FunctionalInterface
public interface OutcomeListener {

    /** Returns at once. */
    void ended(JournalEntry finished);
}
