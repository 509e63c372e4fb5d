package org.datacapsule.router.migration;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vertx.sqlclient.Tuple;
import java.util.List;
import java.util.Optional;
import org.datacapsule.common.error.ProblemException;
import org.datacapsule.common.id.CapsuleId;
import org.datacapsule.common.id.HostId;
import org.datacapsule.router.audit.AuditLog;
import org.datacapsule.router.capsule.Capsule;
import org.datacapsule.router.capsule.CapsuleStore;
import org.datacapsule.router.database.Database;
import org.datacapsule.router.host.HostStore;
import org.datacapsule.router.http.Call;
import org.datacapsule.router.http.Reply;

/**
 * Takes hosts out of placement and moves their capsules away: each by a migration of its own, live where its guest
 * runs, and none is ever stopped for it. Those that cannot move now are named with the reason; asked again, it goes on.
 */
public final class DrainHost {
    private final Database database;
    private final HostStore hosts;
    private final CapsuleStore capsules;
    private final StartMigration start;
    private final AuditLog audit;

    public DrainHost(Database database, HostStore hosts, CapsuleStore capsules, StartMigration start, AuditLog audit) {
        this.database = database;
        this.hosts = hosts;
        this.capsules = capsules;
        this.start = start;
        this.audit = audit;
    }

    Reply drain(Call call) throws InterruptedException {
        HostId host = disable(call);
        int bandwidth = call.parameters().optionalInteger("bandwidth").orElse(0);
        JsonArray moving = new JsonArray();
        JsonArray staying = new JsonArray();
        for (CapsuleId capsule : on(host)) {
            move(call, host, capsule, bandwidth, moving, staying);
        }
        return Reply.ok(new JsonObject()
                .put("id", host.value())
                .put("enabled", false)
                .put("moving", moving)
                .put("staying", staying));
    }

    /** A transaction each, so that one capsule's reason to stay is no other's. */
    private void move(Call call, HostId host, CapsuleId id, int bandwidth, JsonArray moving, JsonArray staying)
            throws InterruptedException {
        try {
            Optional<Reply> started = database.transaction(tx -> {
                Optional<Capsule> capsule =
                        capsules.lock(tx, id).filter(it -> it.host().equals(host));
                return capsule.isPresent()
                        ? Optional.of(start.awayFrom(tx, call, capsule.get(), bandwidth))
                        : Optional.empty();
            });
            started.ifPresent(reply -> moving.add(reply.body()));
        } catch (ProblemException e) {
            staying.add(new JsonObject()
                    .put("vmid", id.toString())
                    .put("code", e.problem().code().slug())
                    .put("description", e.problem().detail()));
        }
    }

    private HostId disable(Call call) throws InterruptedException {
        HostId host = call.parameters().parsed("id", HostId::new);
        return database.transaction(tx -> {
            if (!hosts.enable(tx, host, false)) {
                throw HostStore.noSuchHost(host);
            }
            audit.done(tx, call, "host " + host + " disabled");
            return host;
        });
    }

    private List<CapsuleId> on(HostId host) throws InterruptedException {
        return database.read(tx -> tx.list(
                "select id from capsule where host_id = $1 and state <> 'DELETED' order by created_at, id",
                Tuple.of(host.value()),
                row -> new CapsuleId(row.getUUID("id"))));
    }
}
