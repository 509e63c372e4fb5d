package org.datacapsule.router.image;

/** Where an image is in its life (capsule API, "Images"). */
public enum ImageStatus {
    /** Its content is being made, or is not yet on every host. */
    SHARE_PENDING,
    /** Capsules can be made from it. */
    ACTIVE,
    /** Its owner is done with it: no new capsule, and it goes at the next expunge. */
    DELETE_PENDING,
    /** Gone; the row stays, and its name is free. */
    DELETED,
    /** Something went wrong with it; the row says what. */
    ERROR
}
