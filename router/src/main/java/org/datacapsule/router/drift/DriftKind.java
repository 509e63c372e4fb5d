package org.datacapsule.router.drift;

/** What can disagree. */
public enum DriftKind {
    /** A host has not been heard of for longer than its lease. */
    HOST_AWAY,
    /** A capsule passed for RUNNING, and its host has no guest of it. */
    GUEST_GONE,
    /** A capsule passed for SHUTDOWN, and its guest runs. */
    GUEST_FOUND,
    /** A guest is in another mode than its capsule passed for. */
    MODE_MISMATCH,
    /** Another program on the host listens on a capsule's port. */
    PORT_TAKEN,
    /** A capsule lives on a host that has no files of it. */
    FILES_MISSING,
    /** A host has files or a guest of a capsule that lives elsewhere, or is deleted. */
    ORPHAN,
    /** A host has files or a guest of a capsule that is in no row. */
    STRANGER,
    /** A host keeps files of a capsule that lives elsewhere now. */
    SET_ASIDE,
    /** A host's port leads to an address that no capsule there has. */
    WAY_IN_LEFT,
    /** A host keeps an address for a guest that is none of its capsules'. */
    ADDRESS_LEFT,
    /** A host has a network filter of ours that is of no policy, with no guest under it. */
    FILTER_LEFT
}
