package org.datacapsule.agent.journal;

import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import java.time.Instant;
import org.datacapsule.common.wire.Outcome;

/** How far an operation has come. Only what still has to be done keeps its command, sealed; a finished one has lost it. */
@JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "stage")
@JsonSubTypes({
    @JsonSubTypes.Type(value = Stage.Accepted.class, name = "accepted"),
    @JsonSubTypes.Type(value = Stage.Begun.class, name = "begun"),
    @JsonSubTypes.Type(value = Stage.Finished.class, name = "finished")
})
public sealed interface Stage {

    /** Nothing of it has been done yet. */
    record Accepted(String sealedCommand) implements Stage {}

    /** Some of it may have been done. */
    record Begun(String sealedCommand) implements Stage {}

    /** @param reported a router has recorded the outcome */
    record Finished(Outcome outcome, boolean reported, Instant at) implements Stage {}
}
