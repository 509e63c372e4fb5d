package org.datacapsule.common.error;

/** Who has to act on an error. */
public enum ErrorKind {
    /** The caller: the request is not acceptable as it is. */
    CALLER,
    /** Nobody: it was a matter of time or load, and the same request may succeed later. */
    TRANSIENT,
    /** An operator: the fleet lacks something or is damaged. */
    OPERATOR,
    /** A developer of datacapsule. */
    INTERNAL
}
