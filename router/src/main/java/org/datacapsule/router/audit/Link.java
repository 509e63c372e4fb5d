package org.datacapsule.router.audit;

import java.util.Optional;
import org.datacapsule.common.id.Sha256;

/**
 * One place in the chain.
 *
 * @param entry the audit row of it; empty when that is gone
 */
record Link(long position, long auditId, Sha256 previous, Sha256 hash, Optional<AuditEntry> entry) {

    static Link after(Sha256 previous, long position, AuditEntry entry) {
        return new Link(position, entry.id(), previous, ChainHash.of(previous, position, entry), Optional.of(entry));
    }
}
