package org.datacapsule.router.operation;

import org.datacapsule.common.capsule.OperationKind;
import org.datacapsule.common.id.CapsuleId;
import org.datacapsule.common.id.HostId;
import org.datacapsule.common.id.OperationId;

/** An operation about to be written down. */
public record NewOperation(
        OperationId id,
        CapsuleId capsule,
        OperationKind kind,
        long sequence,
        long generation,
        HostId host,
        String requestedBy,
        String requestId) {}
