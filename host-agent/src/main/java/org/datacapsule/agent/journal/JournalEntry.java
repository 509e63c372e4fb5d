package org.datacapsule.agent.journal;

import com.fasterxml.jackson.annotation.JsonIgnore;
import java.time.Instant;
import org.datacapsule.agent.step.OperationRef;
import org.datacapsule.common.id.CapsuleId;
import org.datacapsule.common.id.HostId;
import org.datacapsule.common.id.OperationId;
import org.datacapsule.common.wire.CommandEnvelope;
import org.datacapsule.common.wire.Outcome;

/**
 * One operation as it stands in the journal.
 *
 * @param attempt the newest that was asked for
 */
public record JournalEntry(
        OperationId operation,
        int attempt,
        HostId host,
        CapsuleId capsule,
        CommandKind kind,
        long generation,
        long sequence,
        String requestId,
        Instant expires,
        Stage stage) {

    static JournalEntry accepted(CommandEnvelope envelope, String sealedCommand) {
        return new JournalEntry(
                envelope.operation(),
                envelope.attempt(),
                envelope.host(),
                envelope.command().spec().id(),
                CommandKind.of(envelope.command()),
                envelope.generation(),
                envelope.sequence(),
                envelope.requestId(),
                envelope.expires(),
                new Stage.Accepted(sealedCommand));
    }

    @JsonIgnore
    public boolean isFinished() {
        return stage instanceof Stage.Finished;
    }

    @JsonIgnore
    public boolean isReported() {
        return stage instanceof Stage.Finished finished && finished.reported();
    }

    /** The capsule is gone from this host for good: this entry keeps commands that come late from bringing it back. */
    @JsonIgnore
    public boolean isTombstone() {
        return kind == CommandKind.DELETE
                && stage instanceof Stage.Finished finished
                && finished.outcome() instanceof Outcome.Succeeded;
    }

    public OperationRef ref() {
        return new OperationRef(operation, attempt, host, capsule, kind.words(), generation, requestId);
    }

    JournalEntry withStage(Stage next) {
        return new JournalEntry(
                operation, attempt, host, capsule, kind, generation, sequence, requestId, expires, next);
    }

    JournalEntry withAttempt(int next) {
        return new JournalEntry(operation, next, host, capsule, kind, generation, sequence, requestId, expires, stage);
    }
}
