package org.datacapsule.agent.journal;

/** The newest this agent has accepted for a capsule: what an older command is fenced off by. */
public record Newest(long generation, long sequence) {

    /** Nothing has been accepted. */
    public static final Newest NONE = new Newest(Long.MIN_VALUE, Long.MIN_VALUE);

    Newest and(JournalEntry entry) {
        return new Newest(Math.max(generation, entry.generation()), Math.max(sequence, entry.sequence()));
    }
}
