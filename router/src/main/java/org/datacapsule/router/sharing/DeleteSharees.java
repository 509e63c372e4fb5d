package org.datacapsule.router.sharing;

import java.util.List;
import org.datacapsule.common.id.CapsuleId;
import org.datacapsule.router.capsule.CapsuleCommand;
import org.datacapsule.router.http.Call;
import org.datacapsule.router.http.Reply;
import org.datacapsule.router.idempotency.Idempotency;
import org.datacapsule.router.user.UserStore;

/** Sharees leave a capsule: deletesharees by an owner's word, exitsharee by their own. */
public final class DeleteSharees {
    private final Idempotency idempotency;
    private final UserStore users;
    private final ChangeMembers change;

    public DeleteSharees(Idempotency idempotency, UserStore users, ChangeMembers change) {
        this.idempotency = idempotency;
        this.users = users;
        this.change = change;
    }

    Reply delete(Call call) throws InterruptedException {
        List<String> guids = call.parameters().parsed("sharees", Sharees::parseGuids);
        return remove(call, CapsuleCommand.DELETE_SHAREES, guids);
    }

    Reply exit(Call call) throws InterruptedException {
        return remove(call, CapsuleCommand.EXIT, List.of(call.caller().guid()));
    }

    private Reply remove(Call call, CapsuleCommand command, List<String> guids) throws InterruptedException {
        CapsuleId id = call.parameters().parsed("vmid", CapsuleId::parse);
        return idempotency.once(call, tx -> {
            users.seen(tx, call.caller());
            return change.byMember(tx, call, id, command, (now, caller) -> RemoveMembers.from(now, guids));
        });
    }
}
