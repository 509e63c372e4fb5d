package org.datacapsule.router.image.intake;

/** How far a file is that becomes an image. */
public enum IntakeState {
    /** Bytes are awaited. */
    RECEIVING,
    /** All are here; what they are is looked at, and a standalone qcow2 made of them. */
    CHECKING,
    /** The image has its content. */
    DONE,
    /** It came to nothing, the row says why; neither image nor file is left. */
    FAILED
}
