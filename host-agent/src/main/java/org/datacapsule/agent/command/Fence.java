package org.datacapsule.agent.command;

import java.util.Optional;
import org.datacapsule.agent.journal.CommandKind;
import org.datacapsule.agent.journal.JournalEntry;
import org.datacapsule.agent.journal.Newest;
import org.datacapsule.agent.journal.Stage;
import org.datacapsule.common.wire.Command;
import org.datacapsule.common.wire.CommandEnvelope;
import org.datacapsule.common.wire.Outcome;

/** Whether a command may be accepted, by what has been accepted before. Pure. */
final class Fence {

    private Fence() {}

    /** What becomes of a command that has arrived. */
    sealed interface Ruling {
        /** New, or a new attempt after a failure: to be journaled and done. */
        record Accept() implements Ruling {}

        /** It is at work already, under an older attempt: that one goes on and answers for the newer. */
        record Adopt() implements Ruling {}

        /** It is at work already. */
        record UnderWay() implements Ruling {}

        /** It has been done. */
        record Done(Outcome outcome) implements Ruling {}

        /** Something newer has been seen. */
        record Stale(String why) implements Ruling {}
    }

    /**
     * @param known what the journal has of the same operation
     * @param newest what the journal has of the same capsule
     */
    static Ruling rule(CommandEnvelope command, Optional<JournalEntry> known, Newest newest) {
        if (known.isPresent()) {
            return again(command, known.get(), newest);
        }
        boolean isNext = command.sequence() > newest.sequence()
                || (command.sequence() == newest.sequence() && isSideTask(command.command()));
        if (!isNext) {
            return new Ruling.Stale("operation number " + newest.sequence() + " of the capsule was accepted before, and"
                    + " this is number " + command.sequence());
        }
        return unlessOlderGeneration(command, newest);
    }

    /** It belongs to the operation before it, and is fenced off by the one after. */
    private static boolean isSideTask(Command command) {
        return switch (command) {
            case Command.SyncKeys it -> true;
            case Command.Evict it -> true;
            case Command.Relinquish it -> true;
            case Command.Discard it -> true;
            default -> false;
        };
    }

    private static Ruling again(CommandEnvelope command, JournalEntry known, Newest newest) {
        if (command.attempt() < known.attempt()) {
            return new Ruling.Stale("attempt " + known.attempt() + " of the operation was accepted before, and this is"
                    + " attempt " + command.attempt());
        }
        boolean isNewAttempt = command.attempt() > known.attempt();
        return switch (known.stage()) {
            case Stage.Accepted accepted -> isNewAttempt ? new Ruling.Adopt() : new Ruling.UnderWay();
            case Stage.Begun begun -> isNewAttempt ? new Ruling.Adopt() : new Ruling.UnderWay();
            case Stage.Finished finished ->
                isNewAttempt && (finished.outcome() instanceof Outcome.Failed || isNextPart(command, known))
                        ? retried(command, newest)
                        : new Ruling.Done(finished.outcome());
        };
    }

    /** An operation may have one command after the other for a host, such as a migration for the one it leads to. */
    private static boolean isNextPart(CommandEnvelope command, JournalEntry known) {
        return CommandKind.of(command.command()) != known.kind();
    }

    private static Ruling retried(CommandEnvelope command, Newest newest) {
        return command.sequence() < newest.sequence()
                ? new Ruling.Stale("operation number " + newest.sequence() + " of the capsule came after it")
                : unlessOlderGeneration(command, newest);
    }

    private static Ruling unlessOlderGeneration(CommandEnvelope command, Newest newest) {
        return command.generation() < newest.generation()
                ? new Ruling.Stale("the capsule is at generation " + newest.generation() + ", and the command is for "
                        + command.generation())
                : new Ruling.Accept();
    }
}
