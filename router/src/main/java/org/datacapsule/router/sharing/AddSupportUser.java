package org.datacapsule.router.sharing;

import java.util.List;
import org.datacapsule.common.error.ErrorCode;
import org.datacapsule.common.error.ProblemException;
import org.datacapsule.common.id.CapsuleId;
import org.datacapsule.router.capsule.CapsuleCommand;
import org.datacapsule.router.http.Call;
import org.datacapsule.router.http.Reply;
import org.datacapsule.router.idempotency.Idempotency;
import org.datacapsule.router.sharing.SharingConfig.SupportUser;
import org.datacapsule.router.user.UserStore;

/** addsupportuser: anyone on a capsule lets this cluster's support user onto it, as a sharee like any other. */
public final class AddSupportUser {
    private final Idempotency idempotency;
    private final UserStore users;
    private final ChangeMembers change;
    private final SharingConfig config;

    public AddSupportUser(Idempotency idempotency, UserStore users, ChangeMembers change, SharingConfig config) {
        this.idempotency = idempotency;
        this.users = users;
        this.change = change;
        this.config = config;
    }

    Reply add(Call call) throws InterruptedException {
        CapsuleId id = call.parameters().parsed("vmid", CapsuleId::parse);
        SupportUser support = config.supportUser()
                .orElseThrow(() -> new ProblemException(
                        ErrorCode.SHARING_SUPPORT_USER_UNSET,
                        "This cluster names no support user; an operator sets sharing.support-user.guid."));
        return idempotency.once(call, tx -> {
            AddSharees.makeKnown(tx, users, call, List.of(new Sharee(support.guid(), support.email())));
            return change.byMember(
                    tx,
                    call,
                    id,
                    CapsuleCommand.ADD_SUPPORT_USER,
                    (now, caller) -> now.member(support.guid()).isPresent()
                            ? new SharingChange.Moved(now)
                            : AddMembers.to(now, List.of(support.guid()), config.mostRoles()));
        });
    }
}
