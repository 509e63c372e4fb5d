package org.datacapsule.common.wire;

import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import org.datacapsule.common.error.Problem;

/** A router's answer to a {@link ResultMessage}. */
@JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "reply")
@JsonSubTypes({
    @JsonSubTypes.Type(value = ResultReply.SendFrom.class, name = "send-from"),
    @JsonSubTypes.Type(value = ResultReply.Stored.class, name = "stored"),
    @JsonSubTypes.Type(value = ResultReply.Refused.class, name = "refused")
})
public sealed interface ResultReply {

    /** The first byte that is missing; as many as the archive has means: send {@link ResultMessage.End}. */
    record SendFrom(long offset) implements ResultReply {}

    /** It is in the release store, Pending and verified; the host may forget it. */
    record Stored() implements ResultReply {}

    /** It will never be taken; the host drops it and logs why. */
    record Refused(Problem problem) implements ResultReply {}
}
