package org.datacapsule.router.evacuation;

import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.Tuple;
import java.util.List;
import java.util.Optional;
import org.datacapsule.common.id.CapsuleId;
import org.datacapsule.common.id.HostId;
import org.datacapsule.common.id.OperationId;
import org.datacapsule.router.database.Tx;
import org.datacapsule.router.evacuation.Evacuation.Disk;
import org.datacapsule.router.host.PortPair;
import org.datacapsule.router.lineage.LineageStore;
import org.datacapsule.router.snapshot.SnapshotStore;

/** Rows of evacuations, and of the homes they change. */
public final class EvacuationStore {
    private final LineageStore lineage = new LineageStore();
    private final SnapshotStore snapshots = new SnapshotStore();

    public Optional<Evacuation> find(Tx tx, OperationId operation) throws InterruptedException {
        return tx.first(
                "select from_host, disk from evacuation where operation_id = $1",
                Tuple.of(operation.value()),
                EvacuationStore::evacuation);
    }

    void insert(Tx tx, OperationId operation, CapsuleId capsule, Evacuation evacuation) throws InterruptedException {
        tx.update(
                "insert into evacuation (operation_id, capsule_id, from_host, disk) values ($1, $2, $3, $4)",
                Tuple.of(
                        operation.value(),
                        capsule.value(),
                        evacuation.from().value(),
                        evacuation.disk().name()));
        if (evacuation.disk() == Disk.ANEW) {
            lineage.diskAnew(tx, capsule);
            snapshots.forget(tx, capsule);
        }
    }

    /**
     * Keeps a host from being readmitted until the transaction ends, and from passing for recalled before it has done what follows
     * from this; answers whether it is fenced. Nothing of a host that is not is ever given away.
     */
    boolean holdFenced(Tx tx, HostId host) throws InterruptedException {
        return tx.update(
                        "update host set fence_epoch = fence_epoch + 1 where id = $1 and fence_state = 'FENCED'",
                        Tuple.of(host.value()))
                == 1;
    }

    boolean exists(Tx tx, HostId host) throws InterruptedException {
        return tx.first("select from host where id = $1", Tuple.of(host.value()), row -> true)
                .orElse(false);
    }

    /** All that live there, and those whose evacuation from there failed. */
    List<CapsuleId> of(Tx tx, HostId host) throws InterruptedException {
        String sql = """
                select c.id from capsule c
                where c.state <> 'DELETED' and (c.host_id = $1 or (c.state = 'ERROR' and exists (
                    select from operation o join evacuation e on e.operation_id = o.id
                    where o.capsule_id = c.id and o.sequence = c.sequence and e.from_host = $1)))
                order by c.created_at, c.id
                """;
        return tx.list(sql, Tuple.of(host.value()), row -> new CapsuleId(row.getUUID("id")));
    }

    /** The capsule's newest operation, when that is an evacuation. */
    Optional<Evacuation> newest(Tx tx, CapsuleId capsule) throws InterruptedException {
        String sql = """
                select e.from_host, e.disk from capsule c
                join operation o on o.capsule_id = c.id and o.sequence = c.sequence and o.kind = 'EVACUATE'
                join evacuation e on e.operation_id = o.id
                where c.id = $1
                """;
        return tx.first(sql, Tuple.of(capsule.value()), EvacuationStore::evacuation);
    }

    boolean isMigrating(Tx tx, CapsuleId capsule) throws InterruptedException {
        return tx.first(
                        "select from migration where capsule_id = $1 and finished_at is null",
                        Tuple.of(capsule.value()),
                        row -> true)
                .orElse(false);
    }

    /** Other hosts that have the same storage pool. */
    List<HostId> poolOf(Tx tx, HostId host) throws InterruptedException {
        String sql = """
                select other.id from host h join host other on other.storage_pool = h.storage_pool and other.id <> h.id
                where h.id = $1 order by other.id
                """;
        return tx.list(sql, Tuple.of(host.value()), row -> new HostId(row.getString("id")));
    }

    /** The capsule's home is another from now on. */
    void flip(Tx tx, CapsuleId capsule, HostId home, PortPair ports) throws InterruptedException {
        String sql = """
                update capsule set host_id = $2, ssh_port = $3, vnc_port = $4, generation = generation + 1,
                    updated_at = now() where id = $1
                """;
        tx.update(sql, Tuple.of(capsule.value(), home.value(), ports.ssh(), ports.vnc()));
    }

    private static Evacuation evacuation(Row row) {
        return new Evacuation(new HostId(row.getString("from_host")), Disk.valueOf(row.getString("disk")));
    }
}
