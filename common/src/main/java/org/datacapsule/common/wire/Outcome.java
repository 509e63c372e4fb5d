package org.datacapsule.common.wire;

import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import org.datacapsule.common.capsule.CapsuleEvent;
import org.datacapsule.common.error.Problem;

/** How a command ended on a host. */
@JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "outcome")
@JsonSubTypes({
    @JsonSubTypes.Type(value = Outcome.Succeeded.class, name = "succeeded"),
    @JsonSubTypes.Type(value = Outcome.Failed.class, name = "failed")
})
public sealed interface Outcome {

    /** @param found what an {@link Command.Inspect} saw; UNSAID for every other command */
    record Succeeded(CapsuleEvent.Found found) implements Outcome {
        public static final Succeeded DONE = new Succeeded(CapsuleEvent.Found.UNSAID);
    }

    /** @param retryable whether the same command may succeed when it is tried again */
    record Failed(Problem problem, boolean retryable) implements Outcome {}
}
