package org.datacapsule.common.wire;

import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import org.datacapsule.common.error.Problem;

/** An agent's immediate answer to a command. */
@JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "reply")
@JsonSubTypes({
    @JsonSubTypes.Type(value = CommandReply.Accepted.class, name = "accepted"),
    @JsonSubTypes.Type(value = CommandReply.Finished.class, name = "finished"),
    @JsonSubTypes.Type(value = CommandReply.Refused.class, name = "refused")
})
public sealed interface CommandReply {

    /** It stands in the agent's journal, will be done, and an {@link OutcomeReport} will follow. */
    record Accepted() implements CommandReply {}

    /** It was done before; this is how it ended. */
    record Finished(Outcome outcome) implements CommandReply {}

    /** It will not be done. */
    record Refused(Problem problem) implements CommandReply {}
}
