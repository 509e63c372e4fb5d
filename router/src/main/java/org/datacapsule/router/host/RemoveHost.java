package org.datacapsule.router.host;

import io.vertx.core.json.JsonObject;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.Tuple;
import java.util.ArrayList;
import java.util.List;
import org.datacapsule.common.error.ErrorCode;
import org.datacapsule.common.error.ProblemException;
import org.datacapsule.common.id.HostId;
import org.datacapsule.router.audit.AuditLog;
import org.datacapsule.router.database.Tx;
import org.datacapsule.router.http.Call;
import org.datacapsule.router.http.Reply;
import org.datacapsule.router.idempotency.Idempotency;
import org.datacapsule.router.identity.IdentityStore;

/**
 * Takes a host out of the fleet, once nothing is there any more. What it says from then on is not taken, and other hosts learn to
 * refuse it. Its row stays for the
 * capsules that were deleted and the migrations that are over, which name it.
 */
public final class RemoveHost {
    private final Idempotency idempotency;
    private final IdentityStore identities;
    private final AuditLog audit;

    public RemoveHost(Idempotency idempotency, IdentityStore identities, AuditLog audit) {
        this.idempotency = idempotency;
        this.identities = identities;
        this.audit = audit;
    }

    Reply remove(Call call) throws InterruptedException {
        HostId host = call.parameters().parsed("id", HostId::new);
        return idempotency.once(call, tx -> {
            requireDisabled(tx, host);
            requireEmpty(tx, host);
            int revoked = identities.remove(tx, host);
            tx.update("delete from host_port where host_id = $1", Tuple.of(host.value()));
            tx.update("delete from host_image where host_id = $1", Tuple.of(host.value()));
            tx.update(
                    "update host set removed_at = now(), lease_until = now(), labels = '{}' where id = $1",
                    Tuple.of(host.value()));
            audit.done(tx, call, "host " + host + " removed, certificates revoked: " + revoked);
            return Reply.ok(new JsonObject().put("id", host.value()).put("removed", true));
        });
    }

    /** The row is locked: who places or moves a capsule there locks it too, and finds the host gone. */
    private static void requireDisabled(Tx tx, HostId host) throws InterruptedException {
        boolean enabled = tx.first(
                        "select enabled from host where id = $1 and removed_at is null for no key update",
                        Tuple.of(host.value()),
                        row -> row.getBoolean("enabled"))
                .orElseThrow(() -> HostStore.noSuchHost(host));
        if (enabled) {
            throw new ProblemException(
                    ErrorCode.HOST_NOT_EMPTY,
                    "Host " + host + " takes new capsules; disable it first (PUT /v1/hosts/" + host
                            + " with enabled=false), or drain it.");
        }
    }

    private static void requireEmpty(Tx tx, HostId host) throws InterruptedException {
        String sql = """
                select (select count(*) from capsule where host_id = $1 and state <> 'DELETED')::int as capsules,
                       (select count(*) from migration
                        where finished_at is null and (source_host = $1 or target_host = $1))::int as migrations,
                       (select count(*) from eviction where host_id = $1)::int as evictions
                """;
        List<String> held =
                tx.first(sql, Tuple.of(host.value()), RemoveHost::held).orElseThrow();
        if (!held.isEmpty()) {
            throw new ProblemException(
                    ErrorCode.HOST_NOT_EMPTY,
                    "Host " + host + " still has " + String.join(", ", held) + ". Drain it (POST /v1/hosts/" + host
                            + "/drain) and ask again when it is empty.");
        }
    }

    private static List<String> held(Row row) {
        List<String> held = new ArrayList<>();
        add(held, row.getInteger("capsules"), "capsules");
        add(held, row.getInteger("migrations"), "migrations under way");
        add(held, row.getInteger("evictions"), "capsules of other hosts to remove");
        return held;
    }

    private static void add(List<String> held, int count, String what) {
        if (count > 0) {
            held.add(count + " " + what);
        }
    }
}
