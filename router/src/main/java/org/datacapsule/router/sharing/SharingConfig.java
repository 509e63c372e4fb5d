package org.datacapsule.router.sharing;

import java.util.Optional;
import org.datacapsule.common.config.Settings;

/**
 * How capsules may be shared.
 *
 * @param mostRoles on one capsule, its owner included
 * @param supportUser who addsupportuser adds
 */
public record SharingConfig(int mostRoles, Optional<SupportUser> supportUser) {

    /** Somebody who helps users inside their capsules. */
    public record SupportUser(String guid, Optional<String> email) {}

    public static SharingConfig from(Settings settings) {
        Optional<String> guid = settings.optional(
                "sharing.support-user.guid", "Who addsupportuser adds to a capsule: the sub of their tokens");
        Optional<String> email = settings.optional("sharing.support-user.email", "The support user's email");
        if (guid.isEmpty() && email.isPresent()) {
            settings.reject("sharing.support-user.email: without sharing.support-user.guid there is no support user");
        }
        return new SharingConfig(
                settings.integer("sharing.most-roles", "Roles on one capsule at most, its owner included", 6, 1, 1_000),
                guid.map(user -> new SupportUser(user, email)));
    }
}
