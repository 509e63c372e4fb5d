package org.datacapsule.router.diskimage;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.time.temporal.ChronoUnit;
import java.util.List;
import org.datacapsule.common.capsule.CapsuleType;
import org.datacapsule.common.capsule.OperationKind;
import org.datacapsule.common.error.ErrorCode;
import org.datacapsule.common.error.ProblemException;
import org.datacapsule.common.id.CapsuleId;
import org.datacapsule.common.id.OperationId;
import org.datacapsule.common.id.SnapshotId;
import org.datacapsule.router.capsule.Capsule;
import org.datacapsule.router.capsule.CapsuleCommand;
import org.datacapsule.router.capsule.CapsuleStore;
import org.datacapsule.router.capsule.CommandCapsule;
import org.datacapsule.router.capsule.StartOperation;
import org.datacapsule.router.database.Database;
import org.datacapsule.router.database.Tx;
import org.datacapsule.router.http.Call;
import org.datacapsule.router.http.Endpoints;
import org.datacapsule.router.http.Parameters;
import org.datacapsule.router.http.Reply;
import org.datacapsule.router.http.TokenRole;
import org.datacapsule.router.idempotency.Idempotency;
import org.datacapsule.router.snapshot.Snapshot;
import org.datacapsule.router.snapshot.SnapshotStore;
import org.datacapsule.router.user.UserStore;

/** /v1/capsules/{id}/snapshots: taken, listed, reverted to and deleted. */
public final class CapsuleSnapshots {
    private final Database database;
    private final Idempotency idempotency;
    private final UserStore users;
    private final CapsuleStore capsules;
    private final StartOperation start;
    private final int most;
    private final SnapshotStore snapshots = new SnapshotStore();

    /** @param most snapshots that a capsule may have */
    public CapsuleSnapshots(
            Database database,
            Idempotency idempotency,
            UserStore users,
            CapsuleStore capsules,
            StartOperation start,
            int most) {
        this.database = database;
        this.idempotency = idempotency;
        this.users = users;
        this.capsules = capsules;
        this.start = start;
        this.most = most;
    }

    public void register(Endpoints endpoints) {
        endpoints
                .serve("takeSnapshot", this::take)
                .serve("listSnapshots", this::list)
                .serve("revertToSnapshot", call -> onOne(call, OperationKind.REVERT_TO_SNAPSHOT))
                .serve("deleteSnapshot", call -> onOne(call, OperationKind.DELETE_SNAPSHOT));
    }

    private Reply take(Call call) throws InterruptedException {
        Parameters parameters = call.parameters();
        CapsuleId id = parameters.parsed("id", CapsuleId::parse);
        String name = parameters.text("name");
        String description = parameters.optionalText("description").orElse("");
        SnapshotId snapshot = SnapshotId.random();
        return idempotency.once(call, tx -> {
            Capsule capsule = lock(tx, call, id);
            Reply started = start.on(tx, call, capsule, OperationKind.TAKE_SNAPSHOT, operation -> {
                requireRoomFor(name, snapshots.of(tx, id));
                snapshots.insert(
                        tx, snapshot, id, name, description, call.caller().guid(), operation);
            });
            return withSnapshot(tx, started, id, snapshot);
        });
    }

    private void requireRoomFor(String name, List<Snapshot> there) {
        if (there.stream().anyMatch(it -> it.name().equals(name))) {
            throw new ProblemException(
                    ErrorCode.SNAPSHOT_NAME_TAKEN,
                    "The capsule has a snapshot named \"" + name + "\"; choose another name, or delete that first.");
        }
        if (there.size() >= most) {
            throw new ProblemException(
                    ErrorCode.SNAPSHOT_LIMIT_REACHED,
                    "The capsule has " + there.size() + " snapshots, and may have " + most + "; delete one first.");
        }
    }

    private Reply onOne(Call call, OperationKind kind) throws InterruptedException {
        CapsuleId id = call.parameters().parsed("id", CapsuleId::parse);
        SnapshotId named = call.parameters().parsed("snapshot", SnapshotId::parse);
        return idempotency.once(call, tx -> {
            Capsule capsule = lock(tx, call, id);
            Snapshot snapshot = snapshots.require(tx, id, named);
            Reply started = start.on(tx, call, capsule, kind, operation -> begin(tx, kind, snapshot, operation));
            return withSnapshot(tx, started, id, named);
        });
    }

    private void begin(Tx tx, OperationKind kind, Snapshot snapshot, OperationId operation)
            throws InterruptedException {
        if (kind == OperationKind.DELETE_SNAPSHOT) {
            snapshots.deleting(tx, snapshot.id(), operation);
            return;
        }
        snapshot.requireAvailable();
        snapshots.reading(tx, snapshot.id(), operation);
    }

    private Reply list(Call call) throws InterruptedException {
        CapsuleId id = call.parameters().parsed("id", CapsuleId::parse);
        return database.read(tx -> {
            requireRight(tx, call, id);
            JsonArray shown = new JsonArray();
            snapshots.of(tx, id).forEach(snapshot -> shown.add(json(snapshot)));
            return Reply.ok(new JsonObject().put("snapshots", shown).put("most", most));
        });
    }

    private void requireRight(Tx tx, Call call, CapsuleId id) throws InterruptedException {
        CapsuleType type = capsules.typeOf(tx, id).orElseThrow(() -> CommandCapsule.notFound(id));
        if (!call.caller().hasAny(TokenRole.OPERATOR, TokenRole.ADMIN)) {
            capsules.membership(tx, id, call.caller().guid())
                    .orElseThrow(() -> CommandCapsule.notFound(id))
                    .require(CapsuleCommand.SHOW, type);
        }
    }

    private Capsule lock(Tx tx, Call call, CapsuleId id) throws InterruptedException {
        users.seen(tx, call.caller());
        Capsule capsule = capsules.lock(tx, id).orElseThrow(() -> CommandCapsule.notFound(id));
        capsules.membership(tx, id, call.caller().guid())
                .orElseThrow(() -> CommandCapsule.notFound(id))
                .require(CapsuleCommand.SNAPSHOT, capsule.type());
        return capsule;
    }

    private Reply withSnapshot(Tx tx, Reply started, CapsuleId capsule, SnapshotId id) throws InterruptedException {
        return Reply.ok(started.body().copy().put("snapshot", json(snapshots.require(tx, capsule, id))));
    }

    private static JsonObject json(Snapshot snapshot) {
        return new JsonObject()
                .put("id", snapshot.id().toString())
                .put("name", snapshot.name())
                .put("description", snapshot.description())
                .put("status", snapshot.status().name())
                .put("bytes", snapshot.bytes().orElse(null))
                .put("error", snapshot.error().orElse(null))
                .put("createdBy", snapshot.createdBy())
                .put(
                        "createdAt",
                        snapshot.createdAt().truncatedTo(ChronoUnit.MILLIS).toString());
    }
}
