package org.datacapsule.router.user;

import io.vertx.core.json.JsonObject;
import org.datacapsule.common.error.ErrorCode;
import org.datacapsule.common.error.ProblemException;
import org.datacapsule.router.audit.AuditLog;
import org.datacapsule.router.database.Database;
import org.datacapsule.router.database.Tx;
import org.datacapsule.router.http.Call;
import org.datacapsule.router.http.Endpoints;
import org.datacapsule.router.http.Reply;
import org.datacapsule.router.idempotency.Idempotency;

/** /updateuseremail, and the quota of a user. */
public final class UserRoutes {
    private final Database database;
    private final Idempotency idempotency;
    private final UserStore users;
    private final AuditLog audit;

    public UserRoutes(Database database, Idempotency idempotency, UserStore users, AuditLog audit) {
        this.database = database;
        this.idempotency = idempotency;
        this.users = users;
        this.audit = audit;
    }

    public void register(Endpoints endpoints) {
        endpoints
                .serve("updateUserEmail", this::updateEmail)
                .serve("getQuota", this::getQuota)
                .serve("setQuota", this::setQuota);
    }

    private Reply updateEmail(Call call) throws InterruptedException {
        String email = call.caller()
                .email()
                .orElseThrow(() -> new ProblemException(
                        ErrorCode.USER_EMAIL_MISSING,
                        "Your token has no email; ask for one that has, and call again with it."));
        return idempotency.once(call, tx -> {
            users.seen(tx, call.caller());
            audit.done(tx, call, email);
            return Reply.ok(new JsonObject().put("email", email));
        });
    }

    private Reply getQuota(Call call) throws InterruptedException {
        return database.read(tx -> quota(tx, call.parameters().text("guid")));
    }

    private Reply setQuota(Call call) throws InterruptedException {
        String guid = call.parameters().text("guid");
        return idempotency.once(call, tx -> {
            Quota before = users.quota(tx, guid).orElseGet(users::defaults);
            Quota quota = new Quota(
                    call.parameters().optionalInteger("vcpus").orElse(before.vcpus()),
                    call.parameters().optionalInteger("memoryMb").orElse(before.memoryMb()),
                    call.parameters().optionalInteger("diskGb").orElse(before.diskGb()),
                    call.parameters().optionalInteger("images").orElse(before.images()));
            users.setQuota(tx, guid, quota);
            audit.done(tx, call, guid + " " + quota);
            return quota(tx, guid);
        });
    }

    private Reply quota(Tx tx, String guid) throws InterruptedException {
        Quota quota = users.quota(tx, guid).orElseGet(users::defaults);
        Quota used = users.used(tx, guid);
        return Reply.ok(new JsonObject()
                .put("guid", guid)
                .put("vcpus", quota.vcpus())
                .put("memoryMb", quota.memoryMb())
                .put("diskGb", quota.diskGb())
                .put("images", quota.images())
                .put("usedVcpus", used.vcpus())
                .put("usedMemoryMb", used.memoryMb())
                .put("usedDiskGb", used.diskGb())
                .put("usedImages", used.images()));
    }
}
