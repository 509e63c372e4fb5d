package org.datacapsule.router.lifetime;

import java.time.Instant;
import org.datacapsule.common.capsule.CapsuleType;

/**
 * The dates of a capsule that its expiry goes by.
 *
 * @param began when it was created, or its life was extended
 * @param lastActive when a person last gave it a command
 * @param stageSince since when it is in {@code stage}
 */
public record Lifetime(CapsuleType type, Instant began, Instant lastActive, ExpiryStage stage, Instant stageSince) {

    /** What its life is counted from. */
    Instant basis() {
        return type == CapsuleType.DEMO ? began : lastActive;
    }
}
