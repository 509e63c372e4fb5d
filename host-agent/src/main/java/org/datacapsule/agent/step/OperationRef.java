package org.datacapsule.agent.step;

import org.datacapsule.common.id.CapsuleId;
import org.datacapsule.common.id.HostId;
import org.datacapsule.common.id.OperationId;
import org.slf4j.spi.LoggingEventBuilder;

/**
 * Which operation a step or a log line belongs to.
 *
 * @param kind what is done, such as {@code switch-to-secure}
 */
public record OperationRef(
        OperationId operation,
        int attempt,
        HostId host,
        CapsuleId capsule,
        String kind,
        long generation,
        String requestId) {

    /** The line with the keys every line about an operation has. */
    public LoggingEventBuilder on(LoggingEventBuilder line) {
        return line.addKeyValue("hostId", host)
                .addKeyValue("capsuleId", capsule)
                .addKeyValue("operationId", operation)
                .addKeyValue("generation", generation)
                .addKeyValue("requestId", requestId);
    }
}
