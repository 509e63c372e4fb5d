package org.datacapsule.router.sharing;

import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import org.datacapsule.common.capsule.CapsuleType;
import org.datacapsule.common.error.ErrorCode;
import org.datacapsule.common.error.Problem;
import org.datacapsule.common.error.Violation;
import org.datacapsule.router.sharing.FullAccessEvent.Decided;
import org.datacapsule.router.sharing.FullAccessEvent.Requested;
import org.datacapsule.router.sharing.SharingChange.Moved;
import org.datacapsule.router.sharing.SharingChange.Refused;

/**
 * The full-access workflow (capsule API, "Types and full access"). A capsule is RESEARCH with nothing asked for, RESEARCH
 * with a request pending for it and everyone on it, or RESEARCH-FULL with members who hold full access or wait for it.
 */
final class FullAccessLife {

    private FullAccessLife() {}

    static SharingChange next(SharedCapsule now, FullAccessEvent event) {
        return switch (event) {
            case Requested requested -> requested(now);
            case Decided decided -> decided(now, decided);
        };
    }

    private static SharingChange requested(SharedCapsule now) {
        if (now.type() != CapsuleType.RESEARCH) {
            return new Refused(
                    ErrorCode.CAPSULE_INVALID_CONVERSION,
                    "Full access is asked for on a RESEARCH capsule, and this one is "
                            + now.type().wireName() + ".");
        }
        if (now.isFullAccessPending()) {
            return new Refused(
                    ErrorCode.CAPSULE_FULL_ACCESS_PENDING,
                    "Full access was asked for already; a reviewer is going to decide.");
        }
        return new Moved(everyone(now, CapsuleType.RESEARCH, Optional.of(false)));
    }

    private static SharingChange decided(SharedCapsule now, Decided decision) {
        return switch (now.type()) {
            case DEMO ->
                new Refused(ErrorCode.CAPSULE_INVALID_CONVERSION, "A DEMO capsule cannot become RESEARCH-FULL.");
            case RESEARCH -> first(now, decision);
            case RESEARCH_FULL -> later(now, decision);
        };
    }

    private static SharingChange first(SharedCapsule now, Decided decision) {
        if (!now.isFullAccessPending()) {
            return new Refused(
                    ErrorCode.CAPSULE_FULL_ACCESS_NOT_PENDING,
                    "The capsule's owner has not asked for full access, so there is nothing to decide.");
        }
        if (decision.guids().isPresent()) {
            return guidsAre("not for the first decision, which is for the capsule and all who are on it");
        }
        return new Moved(
                decision.granted()
                        ? everyone(now, CapsuleType.RESEARCH_FULL, Optional.of(true))
                        : everyone(now, CapsuleType.RESEARCH, Optional.empty()));
    }

    private static SharingChange later(SharedCapsule now, Decided decision) {
        if (!now.isFullAccessPending()) {
            return new Refused(
                    ErrorCode.CAPSULE_FULL_ACCESS_NOT_PENDING,
                    "Everyone on the capsule has full access, so there is nothing to decide.");
        }
        if (decision.guids().isEmpty()) {
            return guidsAre("required: the capsule has full access already, so say whose is decided");
        }
        List<String> guids = decision.guids().get();
        List<Member> decided = now.members().stream()
                .filter(Member::isPending)
                .filter(member -> guids.contains(member.guid()))
                .toList();
        if (decided.size() < guids.size()) {
            return new Refused(
                    ErrorCode.CAPSULE_FULL_ACCESS_NOT_PENDING,
                    "No decision is pending for "
                            + guids.stream()
                                    .filter(guid -> decided.stream()
                                            .noneMatch(member -> member.guid().equals(guid)))
                                    .collect(Collectors.joining("\", \"", "\"", "\""))
                            + ".");
        }
        if (decision.granted()) {
            return new Moved(
                    now.each(member -> decided.contains(member) ? member.withFullAccess(Optional.of(true)) : member));
        }
        return new Moved(
                decided.stream().anyMatch(member -> member.role().isOwner())
                        ? everyone(now, CapsuleType.RESEARCH, Optional.empty())
                        : now.without(decided));
    }

    private static SharedCapsule everyone(SharedCapsule now, CapsuleType type, Optional<Boolean> fullAccess) {
        return new SharedCapsule(type, fullAccess, now.members()).each(member -> member.withFullAccess(fullAccess));
    }

    private static Refused guidsAre(String what) {
        return new Refused(
                new Problem(ErrorCode.REQUEST_INVALID, "guids: " + what + ".", List.of(new Violation("guids", what))));
    }
}
