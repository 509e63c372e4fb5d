package org.datacapsule.router.placement;

/** How far a capsule's image is from a host; the nearer, the better. */
public enum ImageReach {
    HERE,
    /** It fetches it when a capsule needs it. */
    ELSEWHERE,
    /** Nobody who is up has it. */
    NOWHERE
}
