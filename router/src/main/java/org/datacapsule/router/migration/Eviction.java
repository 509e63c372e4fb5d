package org.datacapsule.router.migration;

import org.datacapsule.common.id.CapsuleId;
import org.datacapsule.common.id.HostId;
import org.datacapsule.common.id.OperationId;

/**
 * A host has to remove what it has of a capsule that lives elsewhere.
 *
 * @param id goes to the host as its command's operation
 * @param generation up to which it is removed
 */
public record Eviction(
        OperationId id,
        CapsuleId capsule,
        HostId host,
        long generation,
        long sequence,
        int attempt,
        String requestId) {}
