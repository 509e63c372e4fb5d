package org.datacapsule.common.capsule;

/** What an event does to a capsule. */
public sealed interface Transition {

    /** The capsule is in {@code to} from now on. */
    record Moved(CapsuleStatus to) implements Transition {}

    /** The event is late or repeated, which is normal; nothing changes. */
    record Ignored() implements Transition {}

    /** The event is not allowed now; {@code because} is a sentence for the caller, saying what to do instead. */
    record Refused(String because) implements Transition {}
}
