package org.datacapsule.router.sharing;

import java.util.List;
import java.util.Optional;

/** What can happen to a capsule's full access. */
public sealed interface FullAccessEvent {

    /** The owner asked for it. */
    record Requested() implements FullAccessEvent {}

    /**
     * A reviewer decided.
     *
     * @param guids whose; empty for the whole capsule, which the first decision is about
     */
    record Decided(boolean granted, Optional<List<String>> guids) implements FullAccessEvent {}
}
