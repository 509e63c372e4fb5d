package org.datacapsule.router.host;

/** The two TCP ports of a host that lead to one capsule, for the capsule's life. */
public record PortPair(int ssh, int vnc) {}
