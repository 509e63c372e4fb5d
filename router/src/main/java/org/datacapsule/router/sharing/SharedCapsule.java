package org.datacapsule.router.sharing;

import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Stream;
import org.datacapsule.common.capsule.CapsuleType;

/**
 * A capsule as far as the rules of sharing look at it.
 *
 * @param fullAccess empty: never asked for, or refused; false: asked for; true: granted
 * @param members in the order they came
 */
public record SharedCapsule(CapsuleType type, Optional<Boolean> fullAccess, List<Member> members) {
    public SharedCapsule {
        members = List.copyOf(members);
    }

    Optional<Member> member(String guid) {
        return members.stream().filter(member -> member.guid().equals(guid)).findFirst();
    }

    /** Whether a reviewer has something to decide: the request itself, or the access of a member who came later. */
    boolean isFullAccessPending() {
        return fullAccess.equals(Optional.of(false))
                || (type == CapsuleType.RESEARCH_FULL && members.stream().anyMatch(Member::isPending));
    }

    SharedCapsule plus(List<Member> more) {
        return withMembers(Stream.concat(members.stream(), more.stream()).toList());
    }

    SharedCapsule without(List<Member> gone) {
        return withMembers(
                members.stream().filter(member -> !gone.contains(member)).toList());
    }

    SharedCapsule each(Function<Member, Member> change) {
        return withMembers(members.stream().map(change).toList());
    }

    /** The one member changed. */
    SharedCapsule with(Member changed) {
        return each(member -> member.guid().equals(changed.guid()) ? changed : member);
    }

    private SharedCapsule withMembers(List<Member> changed) {
        return new SharedCapsule(type, fullAccess, changed);
    }
}
