package org.datacapsule.router.sharing;

import java.util.Optional;
import org.datacapsule.common.capsule.CapsuleType;
import org.datacapsule.router.capsule.CapsuleRole;
import org.datacapsule.router.capsule.Membership;

/** One user on a capsule. */
public record Member(String guid, Membership membership) {

    static Member of(String guid, CapsuleRole role, Optional<Boolean> fullAccess, boolean termsAccepted) {
        return new Member(guid, new Membership(role, fullAccess, termsAccepted));
    }

    CapsuleRole role() {
        return membership.role();
    }

    boolean hasAccess(CapsuleType type) {
        return membership.hasAccess(type);
    }

    boolean isPending() {
        return membership.fullAccess().equals(Optional.of(false));
    }

    Member withRole(CapsuleRole role) {
        return of(guid, role, membership.fullAccess(), membership.termsAccepted());
    }

    Member withFullAccess(Optional<Boolean> fullAccess) {
        return of(guid, membership.role(), fullAccess, membership.termsAccepted());
    }

    Member withTerms(boolean accepted) {
        return of(guid, membership.role(), membership.fullAccess(), accepted);
    }
}
