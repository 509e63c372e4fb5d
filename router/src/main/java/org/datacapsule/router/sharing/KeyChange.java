package org.datacapsule.router.sharing;

import java.util.Set;
import java.util.stream.Collectors;

/** Whether a change of a capsule's members is one of whose keys its guest has. */
enum KeyChange {
    NONE,
    /** Somebody gained access, nobody lost it. */
    GAINED,
    /** Somebody lost access, so open sessions end. */
    LOST;

    static KeyChange between(SharedCapsule before, SharedCapsule after) {
        Set<String> had = withAccess(before);
        Set<String> have = withAccess(after);
        if (had.equals(have)) {
            return NONE;
        }
        return have.containsAll(had) ? GAINED : LOST;
    }

    private static Set<String> withAccess(SharedCapsule capsule) {
        return capsule.members().stream()
                .filter(member -> member.hasAccess(capsule.type()))
                .map(Member::guid)
                .collect(Collectors.toUnmodifiableSet());
    }
}
