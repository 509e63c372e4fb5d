package org.datacapsule.router.lifetime;

/** How far a capsule is on its way to being deleted for age or disuse. */
public enum ExpiryStage {
    ACTIVE,
    /** Its owner was told when it will be stopped. */
    WARNED,
    /** Its life is over; it is deleted after a grace. */
    STOPPED
}
