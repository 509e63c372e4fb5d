package org.datacapsule.router.event;

import io.vertx.core.json.JsonObject;
import io.vertx.sqlclient.Tuple;
import java.util.Locale;
import org.datacapsule.common.capsule.CapsuleStatus;
import org.datacapsule.common.capsule.OperationKind;
import org.datacapsule.common.id.CapsuleId;
import org.datacapsule.common.id.HostId;
import org.datacapsule.common.id.OperationId;
import org.datacapsule.router.database.Tx;

/** Writes events, in the transaction of what they tell of. */
public final class EventLog {
    private final Runnable wakeFeed;

    /** @param wakeFeed a hint, after the commit, that there is something to publish */
    public EventLog(Runnable wakeFeed) {
        this.wakeFeed = wakeFeed;
    }

    public void started(Tx tx, CapsuleId capsule, OperationId operation, OperationKind kind, CapsuleStatus now)
            throws InterruptedException {
        add(tx, capsule, "operation.started", of(operation, kind).mergeIn(of(now)));
    }

    /** @param outcome SUCCEEDED, or FAILED with a {@code code} */
    public void ended(
            Tx tx, CapsuleId capsule, OperationId operation, OperationKind kind, String outcome, CapsuleStatus now)
            throws InterruptedException {
        add(
                tx,
                capsule,
                "operation.ended",
                of(operation, kind).put("outcome", outcome).mergeIn(of(now)));
    }

    /** A later command took the operation's place, or nothing is there any more that it could be done in. */
    public void cancelled(Tx tx, CapsuleId capsule, OperationId operation) throws InterruptedException {
        add(
                tx,
                capsule,
                "operation.ended",
                new JsonObject().put("operation", operation.toString()).put("outcome", "CANCELLED"));
    }

    /** The capsule's state changed without a command. */
    public void changed(Tx tx, CapsuleId capsule, CapsuleStatus now) throws InterruptedException {
        add(tx, capsule, "capsule.changed", of(now));
    }

    /** The same of every capsule that lives on a host. */
    public void onHost(Tx tx, HostId host, String kind, JsonObject detail) throws InterruptedException {
        String sql = """
                insert into event (capsule_id, kind, detail)
                select id, $2, $3 from capsule where host_id = $1 and state <> 'DELETED' order by id
                """;
        tx.update(sql, Tuple.of(host.value(), kind, detail));
        tx.afterCommit(wakeFeed);
    }

    public void add(Tx tx, CapsuleId capsule, String kind, JsonObject detail) throws InterruptedException {
        tx.update(
                "insert into event (capsule_id, kind, detail) values ($1, $2, $3)",
                Tuple.of(capsule.value(), kind, detail));
        tx.afterCommit(wakeFeed);
    }

    private static JsonObject of(OperationId operation, OperationKind kind) {
        return new JsonObject()
                .put("operation", operation.toString())
                .put("operationKind", kind.name().toLowerCase(Locale.ROOT));
    }

    private static JsonObject of(CapsuleStatus now) {
        return new JsonObject()
                .put("state", now.state().name())
                .put("mode", now.mode().name());
    }
}
