package org.datacapsule.common.policy;

/** What a policy can tell apart above IPv4. */
public enum Protocol {
    ANY,
    TCP,
    UDP,
    ICMP;

    /** Only these two have ports. */
    public boolean hasPorts() {
        return this == TCP || this == UDP;
    }
}
