package org.datacapsule.router.sharing;

import io.vertx.core.json.JsonObject;
import java.util.List;
import java.util.Optional;
import org.datacapsule.common.id.CapsuleId;
import org.datacapsule.common.id.OperationId;
import org.datacapsule.router.audit.AuditLog;
import org.datacapsule.router.database.Tx;
import org.datacapsule.router.http.Call;
import org.datacapsule.router.http.Reply;
import org.datacapsule.router.idempotency.Idempotency;
import org.datacapsule.router.user.UserStore;

/** updateuserkey: a user's SSH key is set or forgotten, in every guest the user has access to. */
public final class UserKeys {
    private final Idempotency idempotency;
    private final UserStore users;
    private final ChangeMembers change;
    private final StartKeySync sync;
    private final AuditLog audit;

    public UserKeys(Idempotency idempotency, UserStore users, ChangeMembers change, StartKeySync sync, AuditLog audit) {
        this.idempotency = idempotency;
        this.users = users;
        this.change = change;
        this.sync = sync;
        this.audit = audit;
    }

    Reply set(Call call) throws InterruptedException {
        return replace(call, Optional.of(call.parameters().text("pubkey").strip()));
    }

    Reply delete(Call call) throws InterruptedException {
        return replace(call, Optional.empty());
    }

    private Reply replace(Call call, Optional<String> key) throws InterruptedException {
        return idempotency.once(call, tx -> {
            users.seen(tx, call.caller());
            Optional<String> before = users.key(tx, call.caller().guid());
            users.setKey(tx, call.caller().guid(), key);
            // Set to what it was, it is pushed all the same: the caller may have found it missing in a guest.
            boolean lost = before.isPresent() && !before.equals(key);
            List<OperationId> started = key.isEmpty() && before.isEmpty() ? List.of() : sync.forUser(tx, call, lost);
            audit.done(tx, call, key.isPresent() ? "key set" : "key removed");
            return Reply.ok(new JsonObject()
                    .put("pubKeyExists", key.isPresent())
                    .put("operations", StartKeySync.json(started)));
        });
    }

    /** An operator pushes everyone's keys anew, into one capsule's guest or all. */
    Reply push(Call call) throws InterruptedException {
        Optional<CapsuleId> id = call.parameters().has("vmid")
                ? Optional.of(call.parameters().parsed("vmid", CapsuleId::parse))
                : Optional.empty();
        return idempotency.once(call, tx -> {
            List<OperationId> started = id.isPresent() ? pushOne(tx, call, id.get()) : sync.forAll(tx, call);
            audit.done(tx, call, "keys pushed: " + started.size());
            return Reply.ok(new JsonObject().put("operations", StartKeySync.json(started)));
        });
    }

    private List<OperationId> pushOne(Tx tx, Call call, CapsuleId id) throws InterruptedException {
        return sync.forOne(tx, call, change.lock(tx, id).capsule().id());
    }
}
