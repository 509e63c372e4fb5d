package org.datacapsule.router.sharing;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.datacapsule.common.error.ErrorCode;
import org.datacapsule.router.capsule.CapsuleRole;
import org.datacapsule.router.sharing.SharingChange.Moved;
import org.datacapsule.router.sharing.SharingChange.Refused;

/** How sharees leave a capsule: all who are named, or nobody. */
final class RemoveMembers {

    private RemoveMembers() {}

    static SharingChange from(SharedCapsule now, List<String> guids) {
        List<Member> gone = new ArrayList<>();
        for (String guid : guids) {
            Optional<Member> member = now.member(guid);
            if (member.isEmpty()) {
                return new Refused(ErrorCode.SHARING_NOT_A_MEMBER, "\"" + guid + "\" has no role on this capsule.");
            }
            if (member.get().role() != CapsuleRole.SHAREE) {
                return new Refused(
                        ErrorCode.SHARING_INVALID_ROLE,
                        "\"" + guid + "\" is " + member.get().role().wireName()
                                + ", and only a SHAREE can be removed; take a controller's control back first"
                                + " (managecontroller).");
            }
            gone.add(member.get());
        }
        return new Moved(now.without(gone));
    }
}
