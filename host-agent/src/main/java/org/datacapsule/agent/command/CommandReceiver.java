package org.datacapsule.agent.command;

import org.datacapsule.agent.command.Fence.Ruling;
import org.datacapsule.agent.journal.CommandKind;
import org.datacapsule.agent.journal.Journal;
import org.datacapsule.agent.journal.JournalEntry;
import org.datacapsule.agent.step.OperationRef;
import org.datacapsule.agent.step.Step;
import org.datacapsule.agent.step.StepListener;
import org.datacapsule.common.error.ErrorCode;
import org.datacapsule.common.error.Problem;
import org.datacapsule.common.error.ProblemException;
import org.datacapsule.common.signing.CommandVerifier;
import org.datacapsule.common.wire.CommandEnvelope;
import org.datacapsule.common.wire.CommandReply;
import org.datacapsule.common.wire.SignedCommand;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Takes commands in: verified, fenced, journaled, queued, and only then accepted. */
public final class CommandReceiver {
    private static final Logger LOG = LoggerFactory.getLogger(CommandReceiver.class);

    private final CommandVerifier verifier;
    private final Journal journal;
    private final CapsuleQueues queues;
    private final Backlog backlog;
    private final StepListener steps;

    public CommandReceiver(
            CommandVerifier verifier, Journal journal, CapsuleQueues queues, Backlog backlog, StepListener steps) {
        this.verifier = verifier;
        this.journal = journal;
        this.queues = queues;
        this.backlog = backlog;
        this.steps = steps;
    }

    /** Answers within the time of one write to disk; asked again, it answers what has become of the operation. */
    public CommandReply receive(SignedCommand signed) {
        CommandEnvelope envelope;
        try {
            envelope = verifier.verify(signed);
        } catch (ProblemException e) {
            LOG.atWarn().addKeyValue("keyId", signed.keyId()).log("command refused: {}", e.getMessage());
            return new CommandReply.Refused(e.problem());
        }
        steps.reached(Step.COMMAND_VERIFIED, refOf(envelope));
        return journal.exclusively(envelope.command().spec().id(), () -> admit(envelope));
    }

    /** Under the capsule's lock, so that two commands of one capsule are ruled on one after the other. */
    private CommandReply admit(CommandEnvelope envelope) {
        Ruling ruling = Fence.rule(
                envelope,
                journal.find(envelope.operation()),
                journal.newest(envelope.command().spec().id()));
        return switch (ruling) {
            case Ruling.Accept accept -> accept(envelope);
            case Ruling.Adopt adopt -> {
                journal.renumber(envelope.operation(), envelope.attempt());
                yield underWay(envelope);
            }
            case Ruling.UnderWay underWay -> underWay(envelope);
            case Ruling.Done done -> new CommandReply.Finished(done.outcome());
            case Ruling.Stale stale -> refuse(envelope, stale.why());
        };
    }

    private CommandReply accept(CommandEnvelope envelope) {
        JournalEntry entry = journal.accept(envelope);
        entry.ref().on(LOG.atInfo()).log("{} accepted", entry.kind());
        steps.reached(Step.COMMAND_JOURNALED, entry.ref());
        queues.submit(entry);
        return new CommandReply.Accepted();
    }

    /** Also what a host is recalled for, and began in the process before, which it may not go on with otherwise yet. */
    private CommandReply underWay(CommandEnvelope envelope) {
        backlog.takeUp(envelope.operation());
        return new CommandReply.Accepted();
    }

    private static CommandReply refuse(CommandEnvelope envelope, String why) {
        refOf(envelope).on(LOG.atWarn()).log("stale command refused: {}", why);
        return new CommandReply.Refused(
                Problem.of(ErrorCode.HOST_STALE_COMMAND, "The command came too late: " + why + "."));
    }

    private static OperationRef refOf(CommandEnvelope envelope) {
        return new OperationRef(
                envelope.operation(),
                envelope.attempt(),
                envelope.host(),
                envelope.command().spec().id(),
                CommandKind.of(envelope.command()).words(),
                envelope.generation(),
                envelope.requestId());
    }
}
