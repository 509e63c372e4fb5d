package org.datacapsule.router.sharing;

import java.util.List;
import java.util.Optional;
import org.datacapsule.common.capsule.CapsuleType;
import org.datacapsule.common.error.ErrorCode;
import org.datacapsule.router.capsule.CapsuleRole;
import org.datacapsule.router.sharing.SharingChange.Moved;
import org.datacapsule.router.sharing.SharingChange.Refused;

/** How people come onto a capsule: as SHAREE, terms not accepted, full access to be decided where the capsule has it. */
final class AddMembers {

    private AddMembers() {}

    /**
     * @param guids each once; those who are there already are left as they are
     * @param mostRoles on one capsule, its owner included
     */
    static SharingChange to(SharedCapsule now, List<String> guids, int mostRoles) {
        if (now.type() == CapsuleType.DEMO) {
            return new Refused(
                    ErrorCode.SHARING_NOT_SHAREABLE, "A DEMO capsule cannot be shared; create a RESEARCH one.");
        }
        if (now.isFullAccessPending()) {
            return new Refused(
                    ErrorCode.CAPSULE_FULL_ACCESS_PENDING,
                    "A request for full access is waiting for its decision; share the capsule after that.");
        }
        List<Member> more = guids.stream()
                .filter(guid -> now.member(guid).isEmpty())
                .map(guid -> Member.of(guid, CapsuleRole.SHAREE, fullAccess(now), false))
                .toList();
        int roles = now.members().size() + more.size();
        if (!more.isEmpty() && roles > mostRoles) {
            return new Refused(
                    ErrorCode.SHARING_LIMIT_EXCEEDED,
                    "The capsule would have " + roles + " roles, and " + mostRoles
                            + " is the most, its owner included. Name fewer, or remove a sharee.");
        }
        return new Moved(now.plus(more));
    }

    private static Optional<Boolean> fullAccess(SharedCapsule now) {
        return now.type() == CapsuleType.RESEARCH_FULL ? Optional.of(false) : Optional.empty();
    }
}
