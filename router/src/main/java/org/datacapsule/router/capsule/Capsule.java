package org.datacapsule.router.capsule;

import org.datacapsule.common.capsule.CapsuleStatus;
import org.datacapsule.common.capsule.CapsuleType;
import org.datacapsule.common.id.CapsuleId;
import org.datacapsule.common.id.HostId;

/** A capsule's row, as far as commands need it. */
public record Capsule(
        CapsuleId id, CapsuleType type, CapsuleStatus status, HostId host, long generation, long sequence) {}
