package org.datacapsule.common.wire;

/**
 * A router's answer to a heartbeat.
 *
 * @param rejoin a router found no way to this agent over the event bus: leave it and join again
 */
public record HeartbeatReply(boolean rejoin) {}
