package org.datacapsule.common.policy;

/** What the host itself can do for a guest. */
public enum HostService {
    /** Its address. Without it a guest has none. */
    DHCP,
    /** Names, looked up by the host; also a way to tell the world anything, a few bytes at a time. */
    DNS
}
