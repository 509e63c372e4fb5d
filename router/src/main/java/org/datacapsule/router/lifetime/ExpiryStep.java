package org.datacapsule.router.lifetime;

import java.time.Instant;

/** What is to be done about a capsule's expiry now. */
public sealed interface ExpiryStep {

    /** Nothing before {@code until}. */
    record Wait(Instant until) implements ExpiryStep {}

    /** It is used again, or its life was extended: it begins anew as ACTIVE. */
    record Reactivate() implements ExpiryStep {}

    /** The owner is told that it will be stopped at {@code end}. */
    record Warn(Instant end) implements ExpiryStep {}

    /** Its life is over: it is stopped where it runs. */
    record Stop() implements ExpiryStep {}

    /** The grace is over, too. */
    record Delete() implements ExpiryStep {}
}
