package org.datacapsule.router.audit;

import java.time.Instant;
import java.util.Optional;
import java.util.UUID;

/** One row of the audit log. */
record AuditEntry(
        long id,
        Instant at,
        String userGuid,
        Optional<String> email,
        String clientAddress,
        String requestId,
        String action,
        Optional<UUID> capsule,
        Optional<UUID> operation,
        String outcome,
        Optional<String> detail) {}
