package org.datacapsule.common.wire;

/** The reply to a report that has been recorded. */
public record Acknowledged() {}
