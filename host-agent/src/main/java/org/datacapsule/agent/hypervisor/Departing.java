package org.datacapsule.agent.hypervisor;

import org.datacapsule.common.wire.CapsuleSpec;
import org.datacapsule.common.wire.Landing;

/**
 * How a running guest goes to another host.
 *
 * @param arriving the capsule as the other host has it
 * @param generation the guest's there
 * @param mebibytesPerSecond at most; 0 for no limit
 */
public record Departing(CapsuleSpec arriving, Landing landing, long generation, int mebibytesPerSecond) {}
