package org.datacapsule.agent.local;

import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import org.datacapsule.common.wire.Outcome;

/** What a script is told. */
@JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "answer")
@JsonSubTypes({
    @JsonSubTypes.Type(value = LocalAnswer.Ended.class, name = "ended"),
    @JsonSubTypes.Type(value = LocalAnswer.Seen.class, name = "seen"),
    @JsonSubTypes.Type(value = LocalAnswer.Refused.class, name = "refused")
})
public sealed interface LocalAnswer {

    /** The command was taken in, and this is how it ended. */
    record Ended(Outcome outcome) implements LocalAnswer {}

    record Seen(CapsuleView capsule) implements LocalAnswer {}

    /** Nothing was done. */
    record Refused(Refusal refusal, String because) implements LocalAnswer {}
}
