package org.datacapsule.router.migration;

import java.util.Optional;
import org.datacapsule.common.id.CapsuleId;
import org.datacapsule.common.id.HostId;
import org.datacapsule.common.id.OperationId;

/**
 * A host has to do something with what it has of a capsule that lives elsewhere.
 *
 * @param id goes to the host as its command's operation
 * @param generation up to which it is removed, or set aside
 * @param setAside the generation it was set aside under, where that is to be discarded
 */
public record Eviction(
        OperationId id,
        CapsuleId capsule,
        HostId host,
        long generation,
        long sequence,
        int attempt,
        String requestId,
        Work work,
        Optional<Long> setAside) {

    /** What becomes of the files. */
    public enum Work {
        REMOVE,
        /** They are kept, out of the capsule's reach. */
        SET_ASIDE,
        /** Those that were set aside before are removed. */
        DISCARD
    }
}
