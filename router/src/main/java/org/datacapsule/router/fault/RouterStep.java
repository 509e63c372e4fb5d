package org.datacapsule.router.fault;

import java.util.Locale;
import org.datacapsule.common.capsule.OperationKind;

/** Where a router's part in an operation could be cut short. */
public enum RouterStep {
    /** The command is durable; its caller has no answer yet and no host knows of it. */
    COMMAND_COMMITTED,
    /** Claimed by this router, not sent. */
    OPERATION_CLAIMED,
    /** The host has answered; the answer is not written down. */
    HOST_ANSWERED,
    /** The outcome is in an open transaction. */
    OUTCOME_UNCOMMITTED,
    /** The outcome is written down; the host does not know that. */
    OUTCOME_COMMITTED;

    /** The step's name for one kind of operation, such as {@code launch.operation-claimed}. */
    public String of(OperationKind kind) {
        return (kind.name() + "." + name()).toLowerCase(Locale.ROOT).replace('_', '-');
    }
}
