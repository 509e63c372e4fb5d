package org.datacapsule.router.expiry;

import io.vertx.core.json.JsonObject;
import java.time.temporal.ChronoUnit;
import org.datacapsule.common.capsule.CapsuleState;
import org.datacapsule.common.capsule.CapsuleType;
import org.datacapsule.common.error.ErrorCode;
import org.datacapsule.common.error.ProblemException;
import org.datacapsule.common.id.CapsuleId;
import org.datacapsule.router.audit.AuditLog;
import org.datacapsule.router.capsule.Capsule;
import org.datacapsule.router.capsule.CapsuleCommand;
import org.datacapsule.router.capsule.CapsuleStore;
import org.datacapsule.router.capsule.CommandCapsule;
import org.datacapsule.router.database.Tx;
import org.datacapsule.router.event.EventLog;
import org.datacapsule.router.expiry.ExpiryStore.Expiring;
import org.datacapsule.router.http.Call;
import org.datacapsule.router.http.Endpoints;
import org.datacapsule.router.http.Reply;
import org.datacapsule.router.idempotency.Idempotency;
import org.datacapsule.router.lifetime.LifetimeConfig;
import org.datacapsule.router.lifetime.LifetimeRule;
import org.datacapsule.router.user.UserStore;

/** /v1/capsules/{id}/extend: an owner keeps a capsule that would expire. */
public final class ExtendCapsule {
    private final Idempotency idempotency;
    private final UserStore users;
    private final CapsuleStore capsules;
    private final AuditLog audit;
    private final EventLog events;
    private final LifetimeConfig config;
    private final ExpiryStore store = new ExpiryStore();

    public ExtendCapsule(
            Idempotency idempotency,
            UserStore users,
            CapsuleStore capsules,
            AuditLog audit,
            EventLog events,
            LifetimeConfig config) {
        this.idempotency = idempotency;
        this.users = users;
        this.capsules = capsules;
        this.audit = audit;
        this.events = events;
        this.config = config;
    }

    public void register(Endpoints endpoints) {
        endpoints.serve("extendCapsule", this::extend);
    }

    private Reply extend(Call call) throws InterruptedException {
        CapsuleId id = call.parameters().parsed("id", CapsuleId::parse);
        return idempotency.once(call, tx -> {
            users.seen(tx, call.caller());
            Capsule capsule = capsules.lock(tx, id).orElseThrow(() -> CommandCapsule.notFound(id));
            capsules.membership(tx, id, call.caller().guid())
                    .orElseThrow(() -> CommandCapsule.notFound(id))
                    .require(CapsuleCommand.EXTEND, capsule.type());
            requireExtensible(capsule, store.find(tx, id).orElseThrow());
            store.extend(tx, id);
            return extended(tx, call, store.find(tx, id).orElseThrow());
        });
    }

    private void requireExtensible(Capsule capsule, Expiring expiring) {
        if (capsule.status().state() == CapsuleState.DELETE_PENDING) {
            throw new ProblemException(
                    ErrorCode.CAPSULE_INVALID_STATE, "The capsule is being deleted, so its life cannot be extended.");
        }
        if (capsule.type() == CapsuleType.DEMO && expiring.extensions() >= config.demoExtensions()) {
            throw new ProblemException(
                    ErrorCode.CAPSULE_EXTENSIONS_EXHAUSTED,
                    "A DEMO capsule's life can be extended " + config.demoExtensions()
                            + " times, and this one's was; create another capsule.");
        }
    }

    private Reply extended(Tx tx, Call call, Expiring expiring) throws InterruptedException {
        String end = new LifetimeRule(config)
                .end(expiring.life())
                .map(time -> time.truncatedTo(ChronoUnit.SECONDS).toString())
                .orElse(null);
        audit.done(tx, call, "expires at " + (end == null ? "no time" : end));
        events.add(tx, expiring.id(), "expiry.extended", new JsonObject().put("stopsAt", end));
        return Reply.ok(new JsonObject()
                .put("vmid", expiring.id().toString())
                .put("expiresAt", end)
                .put("extensions", expiring.extensions()));
    }
}
