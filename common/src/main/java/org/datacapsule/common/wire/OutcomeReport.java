package org.datacapsule.common.wire;

import org.datacapsule.common.id.HostId;
import org.datacapsule.common.id.OperationId;

/** An agent's report that a command it accepted has ended; repeated until a router has recorded it. */
public record OutcomeReport(OperationId operation, int attempt, HostId host, Outcome outcome) {}
