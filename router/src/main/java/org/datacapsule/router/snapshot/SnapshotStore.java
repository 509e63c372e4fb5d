package org.datacapsule.router.snapshot;

import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.Tuple;
import java.util.List;
import java.util.Optional;
import org.datacapsule.common.error.ErrorCode;
import org.datacapsule.common.error.Problem;
import org.datacapsule.common.error.ProblemException;
import org.datacapsule.common.id.CapsuleId;
import org.datacapsule.common.id.OperationId;
import org.datacapsule.common.id.SnapshotId;
import org.datacapsule.common.wire.MadeSnapshot;
import org.datacapsule.router.database.Tx;
import org.datacapsule.router.lineage.LineageStore;

/** Rows of snapshots, which change with their capsule's row locked. */
public final class SnapshotStore {
    private static final String SNAPSHOT = """
            select id, capsule_id, name, description, status, bytes, error, created_by, created_at from snapshot
            """;

    private final LineageStore lineage = new LineageStore();

    /**
     * One that an operation is going to take.
     *
     * @throws ProblemException {@link ErrorCode#SNAPSHOT_TAINTED}
     */
    public void insert(
            Tx tx, SnapshotId id, CapsuleId capsule, String name, String description, String by, OperationId taking)
            throws InterruptedException {
        String sql = """
                insert into snapshot (id, capsule_id, name, description, status, operation, lineage, created_by)
                values ($1, $2, $3, $4, 'CREATE_PENDING', $5, $6, $7)
                """;
        tx.update(
                sql,
                Tuple.of(
                        id.value(),
                        capsule.value(),
                        name,
                        description,
                        taking.value(),
                        lineage.snapshotOfDisk(tx, capsule),
                        by));
    }

    private Optional<Snapshot> find(Tx tx, CapsuleId capsule, SnapshotId id) throws InterruptedException {
        return tx.first(
                SNAPSHOT + "where capsule_id = $1 and id = $2",
                Tuple.of(capsule.value(), id.value()),
                SnapshotStore::snapshot);
    }

    /** @throws ProblemException {@link ErrorCode#SNAPSHOT_NOT_FOUND} when the capsule has no such */
    public Snapshot require(Tx tx, CapsuleId capsule, SnapshotId id) throws InterruptedException {
        return find(tx, capsule, id)
                .orElseThrow(() -> new ProblemException(
                        ErrorCode.SNAPSHOT_NOT_FOUND,
                        "The capsule has no snapshot " + id + "; /v1/capsules/" + capsule
                                + "/snapshots lists those it has."));
    }

    /** Oldest first. */
    public List<Snapshot> of(Tx tx, CapsuleId capsule) throws InterruptedException {
        return tx.list(
                SNAPSHOT + "where capsule_id = $1 order by created_at, id",
                Tuple.of(capsule.value()),
                SnapshotStore::snapshot);
    }

    /** The one an operation is about. */
    public Optional<SnapshotId> of(Tx tx, OperationId operation) throws InterruptedException {
        return tx.first(
                "select id from snapshot where operation = $1",
                Tuple.of(operation.value()),
                row -> new SnapshotId(row.getUUID("id")));
    }

    /** An operation reads it: the disk is reverted to it, or an image made of it. */
    public void reading(Tx tx, SnapshotId id, OperationId operation) throws InterruptedException {
        tx.update("update snapshot set operation = $2 where id = $1", Tuple.of(id.value(), operation.value()));
    }

    /** An operation deletes it. */
    public void deleting(Tx tx, SnapshotId id, OperationId operation) throws InterruptedException {
        tx.update(
                "update snapshot set operation = $2, status = 'DELETE_PENDING', error = null where id = $1",
                Tuple.of(id.value(), operation.value()));
    }

    /** It is there. */
    public void taken(Tx tx, OperationId operation, MadeSnapshot made) throws InterruptedException {
        tx.update(
                "update snapshot set status = 'AVAILABLE', bytes = $2 where operation = $1 and status = 'CREATE_PENDING'",
                Tuple.of(operation.value(), made.bytes()));
    }

    /** The one the operation is about is gone. */
    public void deleted(Tx tx, OperationId operation) throws InterruptedException {
        tx.update("""
                with gone as (delete from snapshot where operation = $1 and status = 'DELETE_PENDING' returning lineage)
                update file_lineage set gone_at = now() where id in (select lineage from gone)
                """, Tuple.of(operation.value()));
    }

    /** The operation is over and was not done. Does nothing for one that is about none. */
    public void failed(Tx tx, OperationId operation, Problem problem) throws InterruptedException {
        String sql = """
                update snapshot set status = 'ERROR', error = $2
                where operation = $1 and (status in ('CREATE_PENDING', 'DELETE_PENDING') or ($3 and status = 'AVAILABLE'))
                """;
        boolean isNotThere = problem.code() == ErrorCode.HOST_SNAPSHOT_MISSING;
        tx.update(sql, Tuple.of(operation.value(), problem.detail(), isNotThere));
    }

    /** The capsule's disk is gone, and with it all that were in its file. */
    public void forget(Tx tx, CapsuleId capsule) throws InterruptedException {
        tx.update("delete from snapshot where capsule_id = $1", Tuple.of(capsule.value()));
    }

    private static Snapshot snapshot(Row row) {
        return new Snapshot(
                new SnapshotId(row.getUUID("id")),
                new CapsuleId(row.getUUID("capsule_id")),
                row.getString("name"),
                row.getString("description"),
                Snapshot.Status.valueOf(row.getString("status")),
                Optional.ofNullable(row.getLong("bytes")),
                Optional.ofNullable(row.getString("error")),
                row.getString("created_by"),
                row.getOffsetDateTime("created_at").toInstant());
    }
}
