package org.datacapsule.router.sharing;

import org.datacapsule.common.error.ErrorCode;
import org.datacapsule.common.id.CapsuleId;
import org.datacapsule.router.capsule.CapsuleCommand;
import org.datacapsule.router.http.Call;
import org.datacapsule.router.http.Reply;
import org.datacapsule.router.idempotency.Idempotency;
import org.datacapsule.router.sharing.ControlTransfer.Action;
import org.datacapsule.router.user.UserStore;

/** managecontroller: control passes from one member to another. */
public final class ManageController {
    private final Idempotency idempotency;
    private final UserStore users;
    private final ChangeMembers change;

    public ManageController(Idempotency idempotency, UserStore users, ChangeMembers change) {
        this.idempotency = idempotency;
        this.users = users;
        this.change = change;
    }

    Reply manage(Call call) throws InterruptedException {
        CapsuleId id = call.parameters().parsed("vmid", CapsuleId::parse);
        String other = call.parameters().text("controller");
        Action action = call.parameters().parsed("action", Action::valueOf);
        return idempotency.once(call, tx -> {
            users.seen(tx, call.caller());
            return change.byMember(
                    tx,
                    call,
                    id,
                    CapsuleCommand.MANAGE_CONTROLLER,
                    (now, caller) -> transfer(now, caller, action, other));
        });
    }

    /** @param other guid of the one who gets the control, or whom it is taken back from */
    static SharingChange transfer(SharedCapsule now, Member caller, Action action, String other) {
        Member target = now.member(other).orElse(null);
        if (target == null) {
            return new SharingChange.Refused(
                    ErrorCode.SHARING_NOT_A_MEMBER,
                    "\"" + other + "\" has no role on this capsule; add them first (addsharees).");
        }
        return switch (ControlTransfer.of(action, caller.role(), target.role())) {
            case ControlTransfer.Refused refused ->
                new SharingChange.Refused(ErrorCode.SHARING_INVALID_TRANSITION, refused.because());
            case ControlTransfer.Moved moved -> {
                if (moved.target().hasControl() && !target.hasAccess(now.type())) {
                    yield new SharingChange.Refused(
                            ErrorCode.SHARING_TARGET_NOT_READY,
                            "\"" + other + "\" must accept the capsule's terms of use first, and hold full access where"
                                    + " the capsule does.");
                }
                yield new SharingChange.Moved(
                        now.with(caller.withRole(moved.actor())).with(target.withRole(moved.target())));
            }
        };
    }
}
