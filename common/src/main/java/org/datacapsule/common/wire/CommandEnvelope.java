package org.datacapsule.common.wire;

import java.time.Instant;
import org.datacapsule.common.id.HostId;
import org.datacapsule.common.id.OperationId;

/**
 * A command and everything it is bound to; this is what a router signs.
 *
 * @param attempt 1 or more; a retry after a reported failure counts one up, asking again does not
 * @param generation raised whenever the capsule's home may change; an agent refuses an older one
 * @param sequence raised with each operation of the capsule; an agent refuses an older one, so that a command that was
 *     on its way too long cannot undo what came after it
 * @param requestId the HTTP request this came from, for the log
 * @param expires an agent neither accepts nor begins the command after this
 */
public record CommandEnvelope(
        OperationId operation,
        int attempt,
        HostId host,
        long generation,
        long sequence,
        String requestId,
        Instant expires,
        Command command) {}
