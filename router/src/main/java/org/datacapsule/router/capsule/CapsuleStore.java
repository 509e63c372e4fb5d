package org.datacapsule.router.capsule;

import io.vertx.core.buffer.Buffer;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.Tuple;
import java.util.Arrays;
import java.util.Optional;
import org.datacapsule.common.capsule.CapsuleMode;
import org.datacapsule.common.capsule.CapsuleState;
import org.datacapsule.common.capsule.CapsuleStatus;
import org.datacapsule.common.capsule.CapsuleType;
import org.datacapsule.common.id.CapsuleId;
import org.datacapsule.common.id.HostId;
import org.datacapsule.common.id.Sha256;
import org.datacapsule.common.wire.GuestNetwork;
import org.datacapsule.router.database.Tx;
import org.datacapsule.router.host.PortPair;
import org.datacapsule.router.lineage.LineageStore;
import org.datacapsule.router.placement.Demand;
import org.datacapsule.router.snapshot.SnapshotStore;

/** Rows of capsules and their members. Who locks more than one row locks the capsule before its operations. */
public final class CapsuleStore {
    private final LineageStore lineage = new LineageStore();
    private final SnapshotStore snapshots = new SnapshotStore();

    /** Adds a capsule in CREATE_PENDING, its creator as OWNER-CONTROLLER who has accepted its terms. */
    void insert(Tx tx, NewCapsule capsule, String creator) throws InterruptedException {
        String sql = """
                insert into capsule (id, name, type, state, mode, vcpus, memory_mb, disk_gb, image_id, host_id, ssh_port,
                    vnc_port, guest_slot, login_user_name, login_secret, consent, full_access, title, desc_nature,
                    desc_requirement, desc_links, desc_outside_data, rr_data_files, rr_result_usage, secure_volume_mb)
                values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21,
                    $22, $23, $24, $25)
                """;
        ResearchPurpose purpose = capsule.purpose();
        tx.update(
                sql,
                Tuple.from(Arrays.asList(
                        capsule.id().value(),
                        capsule.name(),
                        capsule.type().wireName(),
                        CapsuleStatus.CREATE_PENDING.state().name(),
                        CapsuleStatus.CREATE_PENDING.mode().name(),
                        capsule.vcpus(),
                        capsule.memoryMb(),
                        capsule.diskGb(),
                        capsule.image().value(),
                        capsule.host().value(),
                        capsule.ports().ssh(),
                        capsule.ports().vnc(),
                        capsule.guestSlot(),
                        capsule.loginUserName(),
                        Buffer.buffer(capsule.loginSecret()),
                        purpose.consent().orElse(null),
                        purpose.fullAccess().orElse(null),
                        purpose.title().orElse(null),
                        purpose.nature().orElse(null),
                        purpose.requirement().orElse(null),
                        purpose.links().orElse(null),
                        purpose.outsideData().orElse(null),
                        purpose.dataFiles().orElse(null),
                        purpose.resultUsage().orElse(null),
                        capsule.volumeMb())));
        tx.update(
                "insert into member (capsule_id, user_guid, role, full_access, tou) values ($1, $2, $3, $4, true)",
                Tuple.of(
                        capsule.id().value(),
                        creator,
                        CapsuleRole.OWNER_CONTROLLER.wireName(),
                        purpose.fullAccess().orElse(null)));
        lineage.disk(tx, capsule.id(), capsule.image());
    }

    /** A capsule that is not deleted, its row locked until the transaction ends. */
    public Optional<Capsule> lock(Tx tx, CapsuleId id) throws InterruptedException {
        String sql = """
                select id, type, state, mode, host_id, generation, sequence from capsule
                where id = $1 and state <> 'DELETED' for update
                """;
        return tx.first(sql, Tuple.of(id.value()), CapsuleStore::capsule);
    }

    /** Also of a capsule that is deleted. */
    public Optional<CapsuleType> typeOf(Tx tx, CapsuleId id) throws InterruptedException {
        return tx.first(
                "select type from capsule where id = $1",
                Tuple.of(id.value()),
                row -> CapsuleType.parse(row.getString("type")));
    }

    public Optional<Membership> membership(Tx tx, CapsuleId capsule, String user) throws InterruptedException {
        String sql = "select role, full_access, tou from member where capsule_id = $1 and user_guid = $2";
        return tx.first(
                sql,
                Tuple.of(capsule.value(), user),
                row -> new Membership(
                        CapsuleRole.parse(row.getString("role")),
                        Optional.ofNullable(row.getBoolean("full_access")),
                        row.getBoolean("tou")));
    }

    /** Compare-and-set of a capsule's status. */
    public void move(Tx tx, Capsule capsule, CapsuleStatus to) throws InterruptedException {
        String sql = """
                update capsule set state = $4, mode = $5, updated_at = now(),
                    deleted_at = case when $4 = 'DELETED' then now() end,
                    login_secret = case when $4 = 'DELETED' then null else login_secret end,
                    secure_volume_key = case when $4 = 'DELETED' then null else secure_volume_key end
                where id = $1 and state = $2 and mode = $3
                """;
        int moved = tx.update(
                sql,
                Tuple.of(
                        capsule.id().value(),
                        capsule.status().state().name(),
                        capsule.status().mode().name(),
                        to.state().name(),
                        to.mode().name()));
        if (moved != 1) {
            throw new IllegalStateException("capsule " + capsule.id() + " changed under its own lock");
        }
        lineage.moved(tx, capsule.id(), capsule.status(), to);
        if (to.state() == CapsuleState.DELETED) {
            snapshots.forget(tx, capsule.id());
        }
    }

    /** Its ports on its host are others from now on. */
    public void setPorts(Tx tx, CapsuleId capsule, PortPair ports) throws InterruptedException {
        tx.update(
                "update capsule set ssh_port = $2, vnc_port = $3 where id = $1",
                Tuple.of(capsule.value(), ports.ssh(), ports.vnc()));
    }

    /** Keeps a secure volume's sealed key, unless the capsule has one; and its size, unless that was said at the start. */
    void keepVolume(Tx tx, CapsuleId capsule, byte[] sealedKey, int sizeMb) throws InterruptedException {
        String sql = """
                update capsule set secure_volume_key = $2, secure_volume_mb = coalesce(secure_volume_mb, $3)
                where id = $1 and secure_volume_key is null
                """;
        tx.update(sql, Tuple.of(capsule.value(), Buffer.buffer(sealedKey), sizeMb));
    }

    /** What a capsule that is there needs of another host. */
    public Demand demand(Tx tx, CapsuleId capsule, GuestNetwork network) throws InterruptedException {
        String sql = """
                select c.vcpus, c.memory_mb, c.disk_gb, coalesce(c.secure_volume_mb, 0) as volume_mb, c.type, i.sha256,
                       o.user_guid
                from capsule c
                join image i on i.id = c.image_id
                join member o on o.capsule_id = c.id and o.role in ('OWNER-CONTROLLER', 'OWNER')
                where c.id = $1
                """;
        return tx.first(
                        sql,
                        Tuple.of(capsule.value()),
                        row -> Demand.of(
                                row.getInteger("vcpus"),
                                row.getInteger("memory_mb"),
                                row.getInteger("disk_gb"),
                                row.getInteger("volume_mb"),
                                new Sha256(row.getString("sha256")),
                                network,
                                CapsuleType.parse(row.getString("type")),
                                row.getString("user_guid")))
                .orElseThrow();
    }

    /** Whether its life is over, so that only an extension brings it back. */
    boolean isExpired(Tx tx, CapsuleId capsule) throws InterruptedException {
        String sql = "select from capsule where id = $1 and type = 'DEMO' and expiry_stage = 'STOPPED'";
        return tx.first(sql, Tuple.of(capsule.value()), row -> true).orElse(false);
    }

    /** The next place in the order of the capsule's operations. */
    long nextSequence(Tx tx, CapsuleId capsule) throws InterruptedException {
        return tx.first(
                        "update capsule set sequence = sequence + 1 where id = $1 returning sequence",
                        Tuple.of(capsule.value()),
                        row -> row.getLong("sequence"))
                .orElseThrow();
    }

    private static Capsule capsule(Row row) {
        return new Capsule(
                new CapsuleId(row.getUUID("id")),
                CapsuleType.parse(row.getString("type")),
                new CapsuleStatus(
                        CapsuleState.valueOf(row.getString("state")), CapsuleMode.valueOf(row.getString("mode"))),
                new HostId(row.getString("host_id")),
                row.getLong("generation"),
                row.getLong("sequence"));
    }
}
