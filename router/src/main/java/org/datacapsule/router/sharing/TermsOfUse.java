package org.datacapsule.router.sharing;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.Optional;
import org.datacapsule.common.id.CapsuleId;
import org.datacapsule.router.audit.AuditLog;
import org.datacapsule.router.database.Database;
import org.datacapsule.router.database.Tx;
import org.datacapsule.router.http.Call;
import org.datacapsule.router.http.Reply;
import org.datacapsule.router.idempotency.Idempotency;
import org.datacapsule.router.sharing.ChangeMembers.Locked;
import org.datacapsule.router.user.UserStore;

/**
 * updateusertou: a user accepts or withdraws terms of use, the general ones or a capsule's. It is the user's own word, so
 * no role or state of the capsule stands against it.
 */
public final class TermsOfUse {
    private final Database database;
    private final Idempotency idempotency;
    private final UserStore users;
    private final ChangeMembers change;
    private final AuditLog audit;

    public TermsOfUse(
            Database database, Idempotency idempotency, UserStore users, ChangeMembers change, AuditLog audit) {
        this.database = database;
        this.idempotency = idempotency;
        this.users = users;
        this.change = change;
        this.audit = audit;
    }

    Reply read(Call call) throws InterruptedException {
        return database.read(tx -> Reply.ok(new JsonObject()
                .put("tou", users.termsAccepted(tx, call.caller().guid()))));
    }

    Reply update(Call call) throws InterruptedException {
        boolean accepted = call.parameters().optionalFlag("tou").orElseThrow();
        Optional<CapsuleId> id = call.parameters().has("vmid")
                ? Optional.of(call.parameters().parsed("vmid", CapsuleId::parse))
                : Optional.empty();
        return idempotency.once(call, tx -> {
            users.seen(tx, call.caller());
            return id.isPresent() ? ofCapsule(tx, call, id.get(), accepted) : general(tx, call, accepted);
        });
    }

    private Reply general(Tx tx, Call call, boolean accepted) throws InterruptedException {
        users.setTermsAccepted(tx, call.caller().guid(), accepted);
        audit.done(tx, call, accepted ? "accepted" : "withdrawn");
        return Reply.ok(new JsonObject().put("tou", accepted).put("operations", new JsonArray()));
    }

    private Reply ofCapsule(Tx tx, Call call, CapsuleId id, boolean accepted) throws InterruptedException {
        Locked locked = change.lock(tx, id);
        Member caller = ChangeMembers.member(call, locked);
        Reply reply = change.commit(tx, call, locked, locked.shared().with(caller.withTerms(accepted)));
        return Reply.ok(reply.body().put("tou", accepted));
    }
}
