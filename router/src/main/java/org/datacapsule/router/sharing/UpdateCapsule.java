package org.datacapsule.router.sharing;

import io.vertx.core.json.JsonObject;
import java.util.Map;
import org.datacapsule.common.capsule.CapsuleState;
import org.datacapsule.common.capsule.CapsuleType;
import org.datacapsule.common.error.ErrorCode;
import org.datacapsule.common.error.ProblemException;
import org.datacapsule.common.id.CapsuleId;
import org.datacapsule.router.capsule.CapsuleCommand;
import org.datacapsule.router.capsule.CommandCapsule;
import org.datacapsule.router.database.Tx;
import org.datacapsule.router.http.Call;
import org.datacapsule.router.http.Reply;
import org.datacapsule.router.http.TokenRole;
import org.datacapsule.router.idempotency.Idempotency;
import org.datacapsule.router.sharing.ChangeMembers.Locked;
import org.datacapsule.router.sharing.UpdateRequest.Wish;
import org.datacapsule.router.user.UserStore;

/** updatevm: an owner describes a capsule or asks for full access; a reviewer who is not on it decides that. */
public final class UpdateCapsule {
    private final Idempotency idempotency;
    private final UserStore users;
    private final ChangeMembers change;
    private final DescriptionStore descriptions;

    public UpdateCapsule(
            Idempotency idempotency, UserStore users, ChangeMembers change, DescriptionStore descriptions) {
        this.idempotency = idempotency;
        this.users = users;
        this.change = change;
        this.descriptions = descriptions;
    }

    Reply update(Call call) throws InterruptedException {
        CapsuleId id = call.parameters().parsed("vmid", CapsuleId::parse);
        UpdateRequest request = UpdateRequest.from(call.parameters());
        return idempotency.once(call, tx -> {
            users.seen(tx, call.caller());
            Locked locked = change.lock(tx, id);
            return switch (request.wish()) {
                case Wish.Describe describe -> {
                    change.require(call, locked, CapsuleCommand.UPDATE);
                    requireSame(describe, locked.capsule().type());
                    yield described(tx, call, locked, locked.shared(), request.columns());
                }
                case Wish.FullAccess(FullAccessEvent.Requested asked) -> {
                    change.require(call, locked, CapsuleCommand.UPDATE);
                    SharedCapsule after =
                            FullAccessLife.next(locked.shared(), asked).orThrow();
                    yield described(tx, call, locked, after, request.columns());
                }
                case Wish.FullAccess(FullAccessEvent.Decided decision) -> decided(tx, call, locked, decision);
            };
        });
    }

    private Reply described(Tx tx, Call call, Locked locked, SharedCapsule after, Map<String, Object> columns)
            throws InterruptedException {
        descriptions.update(tx, locked.capsule().id(), new JsonObject(columns));
        return change.commit(tx, call, locked, after);
    }

    private Reply decided(Tx tx, Call call, Locked locked, FullAccessEvent.Decided decision)
            throws InterruptedException {
        requireReviewer(call, locked);
        WhenAllowed.require(CapsuleCommand.UPDATE, locked.capsule().status());
        SharedCapsule after = FullAccessLife.next(locked.shared(), decision).orThrow();
        if (after.type() != locked.capsule().type()
                && locked.capsule().type() == CapsuleType.RESEARCH_FULL
                && locked.capsule().status().state() != CapsuleState.SHUTDOWN) {
            // Its guest may hold restricted data, which everyone on a RESEARCH capsule could look at.
            throw new ProblemException(
                    ErrorCode.CAPSULE_INVALID_STATE, "Stop the capsule before its full access is taken away.");
        }
        return change.commit(tx, call, locked, after);
    }

    /** Nobody decides on a capsule they are on, whatever their token says. */
    private static void requireReviewer(Call call, Locked locked) {
        boolean isMember = locked.shared().member(call.caller().guid()).isPresent();
        boolean isReviewer = call.caller().hasAny(TokenRole.REVIEWER, TokenRole.ADMIN);
        if (!isMember && !isReviewer) {
            throw CommandCapsule.notFound(locked.capsule().id());
        }
        if (isMember) {
            throw new ProblemException(
                    ErrorCode.CAPSULE_PERMISSION_DENIED,
                    "Full access is decided by a reviewer who has no role on the capsule.");
        }
    }

    private static void requireSame(Wish.Describe describe, CapsuleType is) {
        describe.type().filter(type -> type != is).ifPresent(type -> {
            throw new ProblemException(
                    ErrorCode.CAPSULE_INVALID_CONVERSION,
                    "A " + is.wireName() + " capsule does not become " + type.wireName()
                            + " by asking; to ask a reviewer for full access, send type=RESEARCH and full_access=false.");
        });
    }
}
