package org.datacapsule.common.wire;

import org.datacapsule.common.capsule.CapsuleEvent.Found;
import org.datacapsule.common.id.CapsuleId;

/**
 * What a host has of one capsule.
 *
 * @param sequence of the last operation the agent did or began for it
 * @param busy an operation is under way, so that what was found may change at once
 */
public record CapsuleObservation(CapsuleId capsule, long sequence, boolean busy, Found found) {}
