package org.datacapsule.common.wire;

import org.datacapsule.common.id.HostId;
import org.datacapsule.common.id.OperationId;

/**
 * How far a command has come; may be lost without harm.
 *
 * @param step the name of the step that was just done, such as {@code launch.domain-started}
 * @param percent 0 to 100
 */
public record ProgressReport(OperationId operation, int attempt, HostId host, String step, int percent) {}
