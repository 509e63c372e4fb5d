package org.datacapsule.router.capsule;

import org.datacapsule.common.capsule.OperationKind;
import org.datacapsule.common.error.ErrorCode;
import org.datacapsule.common.error.ProblemException;
import org.datacapsule.common.id.CapsuleId;
import org.datacapsule.router.database.Tx;
import org.datacapsule.router.http.Call;
import org.datacapsule.router.http.Reply;
import org.datacapsule.router.idempotency.Idempotency;
import org.datacapsule.router.user.UserStore;

/** launchvm, switchvm, stopvm, deletevm, and an operator's recover: commands on a capsule that exists. */
public final class CommandCapsule {
    private final Idempotency idempotency;
    private final UserStore users;
    private final CapsuleStore capsules;
    private final StartOperation start;

    public CommandCapsule(Idempotency idempotency, UserStore users, CapsuleStore capsules, StartOperation start) {
        this.idempotency = idempotency;
        this.users = users;
        this.capsules = capsules;
        this.start = start;
    }

    Reply byMember(Call call, CapsuleCommand command, OperationKind kind) throws InterruptedException {
        CapsuleId id = call.parameters().parsed("vmid", CapsuleId::parse);
        return idempotency.once(call, tx -> {
            users.seen(tx, call.caller());
            Capsule capsule = lock(tx, id);
            Membership membership =
                    capsules.membership(tx, id, call.caller().guid()).orElseThrow(() -> notFound(id));
            membership.require(command, capsule.type());
            return start.on(tx, call, capsule, kind);
        });
    }

    /** The token's role was checked against the contract. */
    Reply byOperator(Call call, OperationKind kind) throws InterruptedException {
        CapsuleId id = call.parameters().parsed("id", CapsuleId::parse);
        return idempotency.once(call, tx -> start.on(tx, call, lock(tx, id), kind));
    }

    private Capsule lock(Tx tx, CapsuleId id) throws InterruptedException {
        return capsules.lock(tx, id).orElseThrow(() -> notFound(id));
    }

    /** The same whether the capsule is not there or not the caller's, so that ids cannot be probed. */
    public static ProblemException notFound(CapsuleId id) {
        return new ProblemException(
                ErrorCode.CAPSULE_NOT_FOUND, "There is no capsule " + id + " that you have a role on.");
    }
}
