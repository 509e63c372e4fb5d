package org.datacapsule.router.operation;

import java.time.OffsetDateTime;
import org.datacapsule.common.capsule.OperationKind;
import org.datacapsule.common.id.CapsuleId;
import org.datacapsule.common.id.HostId;
import org.datacapsule.common.id.OperationId;

/**
 * One durable operation, as the dispatcher needs it.
 *
 * @param sequence its place among the capsule's operations
 * @param attempt 1 or more
 * @param overdue its deadline is past, by the database's clock
 */
public record Operation(
        OperationId id,
        CapsuleId capsule,
        OperationKind kind,
        OperationState state,
        long sequence,
        long generation,
        HostId host,
        int attempt,
        String requestId,
        OffsetDateTime deadline,
        boolean overdue) {}
