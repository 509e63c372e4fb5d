package org.datacapsule.common.capsule;

/** What a running capsule may reach; {@link #NOT_DEFINED} while no guest runs. */
public enum CapsuleMode {
    MAINTENANCE,
    SECURE,
    NOT_DEFINED
}
