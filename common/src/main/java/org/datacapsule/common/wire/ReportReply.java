package org.datacapsule.common.wire;

import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import org.datacapsule.common.error.Problem;

/** A router's answer to a {@link SignedReport}. */
@JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "reply")
@JsonSubTypes({
    @JsonSubTypes.Type(value = ReportReply.Answered.class, name = "answered"),
    @JsonSubTypes.Type(value = ReportReply.Refused.class, name = "refused")
})
public sealed interface ReportReply {

    /** @param answer JSON of what the {@link ReportContract} says */
    record Answered(String answer) implements ReportReply {}

    /** It was not taken for this host's, and nothing was done with it. */
    record Refused(Problem problem) implements ReportReply {}
}
