package org.datacapsule.router.dispatch;

import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.Tuple;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.datacapsule.common.capsule.CapsuleMode;
import org.datacapsule.common.capsule.CapsuleType;
import org.datacapsule.common.capsule.OperationKind;
import org.datacapsule.common.id.CapsuleId;
import org.datacapsule.common.id.Sha256;
import org.datacapsule.common.id.SnapshotId;
import org.datacapsule.common.wire.CapsuleSpec;
import org.datacapsule.common.wire.Command;
import org.datacapsule.common.wire.CommandEnvelope;
import org.datacapsule.common.wire.Departure;
import org.datacapsule.common.wire.Departure.SentGuest;
import org.datacapsule.common.wire.GuestNetwork;
import org.datacapsule.common.wire.Login;
import org.datacapsule.common.wire.SecureVolume;
import org.datacapsule.router.capsule.LoginSecret;
import org.datacapsule.router.capsule.SecureVolumes;
import org.datacapsule.router.database.Tx;
import org.datacapsule.router.evacuation.Evacuation;
import org.datacapsule.router.evacuation.EvacuationStore;
import org.datacapsule.router.host.PortPair;
import org.datacapsule.router.image.ImageStore;
import org.datacapsule.router.migration.Eviction;
import org.datacapsule.router.migration.Migration;
import org.datacapsule.router.migration.MigrationStore;
import org.datacapsule.router.operation.Operation;
import org.datacapsule.router.snapshot.SnapshotStore;

/** Makes an operation's command from the rows as they are now; passwords are opened here and nowhere kept. */
public final class CommandBuilder {
    private static final String SQL = """
            select c.id, c.type, c.vcpus, c.memory_mb, c.disk_gb, c.ssh_port, c.vnc_port, c.guest_slot,
                   c.login_user_name, c.login_secret, c.secure_volume_key, c.secure_volume_mb, i.sha256,
                   (select coalesce(array_agg(u.ssh_key order by m.since, u.guid), '{}')
                    from member m join users u on u.guid = m.user_guid
                    where m.capsule_id = c.id and u.ssh_key is not null and m.tou
                      and (c.type <> 'RESEARCH-FULL' or m.full_access)) as ssh_keys,
                   exists (select from operation o where o.capsule_id = c.id and o.kind = 'SYNC_KEYS'
                      and o.state in ('QUEUED', 'RUNNING') and o.end_sessions) as end_sessions
            from capsule c join image i on i.id = c.image_id where c.id = $1
            """;

    private final MigrationStore migrations;
    private final EvacuationStore evacuations;
    private final ImageStore images = new ImageStore();
    private final GuestNetwork network;
    private final LoginSecret secrets;
    private final SecureVolumes volumes;
    private final Duration stopGrace;
    private final InstantSource clock;
    private final SnapshotStore snapshots = new SnapshotStore();

    public CommandBuilder(
            MigrationStore migrations,
            EvacuationStore evacuations,
            GuestNetwork network,
            LoginSecret secrets,
            SecureVolumes volumes,
            Duration stopGrace,
            InstantSource clock) {
        this.migrations = migrations;
        this.evacuations = evacuations;
        this.network = network;
        this.secrets = secrets;
        this.volumes = volumes;
        this.stopGrace = stopGrace;
        this.clock = clock;
    }

    CommandEnvelope build(Tx tx, Operation operation) throws InterruptedException {
        Optional<Migration> migration =
                operation.kind() == OperationKind.MIGRATE ? migrations.find(tx, operation.id()) : Optional.empty();
        Optional<Evacuation> evacuation =
                operation.kind() == OperationKind.EVACUATE ? evacuations.find(tx, operation.id()) : Optional.empty();
        boolean isCancelling = operation.kind() == OperationKind.SHARE_IMAGE && !images.isMadeBy(tx, operation.id());
        Optional<SnapshotId> snapshot = operation.kind().isOfSnapshot() || operation.kind() == OperationKind.SHARE_IMAGE
                ? snapshots.of(tx, operation.id())
                : Optional.empty();
        Optional<Command> command = tx.first(
                SQL,
                Tuple.of(operation.capsule().value()),
                row -> snapshot.map(it -> snapshotCommand(it, operation, row))
                        .or(() -> migration.map(it -> migrationCommand(it, row)))
                        .or(() -> evacuation.map(it -> evacuationCommand(it, row)))
                        .orElseGet(() -> command(operation, isCancelling, row)));
        return new CommandEnvelope(
                operation.id(),
                operation.attempt(),
                operation.host(),
                operation.generation(),
                operation.sequence(),
                operation.requestId(),
                operation.deadline().toInstant(),
                command.orElseThrow());
    }

    /** @param isCancelling whether it takes the place of making an image: once the host has looked, it copies no more */
    private Command command(Operation operation, boolean isCancelling, Row row) {
        CapsuleSpec spec = spec(row);
        return switch (operation.kind()) {
            case CREATE -> new Command.Create(spec, new Sha256(row.getString("sha256")));
            case LAUNCH -> new Command.Launch(spec, login(row, spec.id()), volume(row, spec.id()));
            case STOP -> new Command.Stop(spec, Math.toIntExact(stopGrace.toSeconds()));
            case DELETE -> new Command.Delete(spec);
            case RECOVER -> new Command.Inspect(spec);
            // With the newest keys it ends the sessions that any push still to come would end.
            case SYNC_KEYS ->
                new Command.SyncKeys(
                        spec, row.getString("login_user_name"), sshKeys(row), row.getBoolean("end_sessions"));
            case SWITCH_TO_SECURE -> new Command.SwitchToSecure(spec, volume(row, spec.id()));
            case SWITCH_TO_MAINTENANCE -> new Command.SwitchToMaintenance(spec);
            case MIGRATE -> throw new IllegalStateException("no migration is operation " + operation.id());
            case EVACUATE -> throw new IllegalStateException("no evacuation is operation " + operation.id());
            case SHARE_IMAGE ->
                isCancelling
                        ? new Command.Inspect(spec)
                        : new Command.ShareImage(spec, new Sha256(row.getString("sha256")));
            case TAKE_SNAPSHOT, REVERT_TO_SNAPSHOT, DELETE_SNAPSHOT ->
                throw new IllegalStateException("no snapshot is what operation " + operation.id() + " is about");
        };
    }

    private Command snapshotCommand(SnapshotId snapshot, Operation operation, Row row) {
        CapsuleSpec spec = spec(row);
        Sha256 image = new Sha256(row.getString("sha256"));
        return switch (operation.kind()) {
            case TAKE_SNAPSHOT -> new Command.TakeSnapshot(spec, image, snapshot);
            case REVERT_TO_SNAPSHOT -> new Command.RevertToSnapshot(spec, image, snapshot);
            case DELETE_SNAPSHOT -> new Command.DeleteSnapshot(spec, image, snapshot);
            case SHARE_IMAGE -> new Command.ShareImage(spec, image, Optional.of(snapshot));
            default -> throw new IllegalStateException("about no snapshot: " + operation.kind());
        };
    }

    private Command evacuationCommand(Evacuation evacuation, Row row) {
        Sha256 image = new Sha256(row.getString("sha256"));
        return switch (evacuation.disk()) {
            case ADOPTED -> new Command.Adopt(spec(row), image, evacuation.from());
            case ANEW -> new Command.Create(spec(row), image);
        };
    }

    private Command migrationCommand(Migration migration, Row row) {
        CapsuleSpec here = spec(row);
        CapsuleSpec there = spec(row, migration.ports().ssh(), migration.ports().vnc());
        Sha256 image = new Sha256(row.getString("sha256"));
        return switch (migration.phase()) {
            case RECEIVE ->
                new Command.Receive(
                        there,
                        image,
                        migration.mode(),
                        migration.isLive() ? Optional.of(login(row, here.id())) : Optional.empty());
            case SEND_FILES ->
                new Command.SendFiles(
                        here, migration.mode(), migration.landing().orElseThrow(), migration.bandwidthMb());
            case MAKE_READY ->
                new Command.MakeReady(
                        there,
                        image,
                        migration.mode(),
                        migration.departure().orElseThrow().files(),
                        migration.mode() == CapsuleMode.SECURE
                                ? Optional.of(volume(row, here.id()))
                                : Optional.empty());
            case SEND_AWAY ->
                new Command.SendAway(
                        here,
                        there,
                        migration.mode(),
                        migration.landing().orElseThrow(),
                        migration.generation(),
                        migration.bandwidthMb());
            case TAKE_OVER -> new Command.TakeOver(there, migration.mode(), guest(migration));
            case STAY -> new Command.Stay(here);
            case LOOK_AT_SOURCE -> new Command.Inspect(here);
            case LOOK_AT_TARGET -> new Command.Inspect(there);
        };
    }

    /** That of one which nobody reported to have left is not known to have. */
    private static Optional<SentGuest> guest(Migration migration) {
        return migration.isLive()
                ? migration.departure().flatMap(Departure::guest).or(() -> Optional.of(SentGuest.UNSEEN))
                : Optional.empty();
    }

    /** What a host is told that still has something of a capsule which lives elsewhere. */
    CommandEnvelope build(Tx tx, Eviction eviction, Duration life) throws InterruptedException {
        // Its ports there: those of its home may be another capsule's on that host. Where it holds none, the host goes
        // by what it
        // has kept of the capsule.
        Optional<PortPair> held = tx.first(
                "select ssh_port, vnc_port from host_port where capsule_id = $1 and host_id = $2",
                Tuple.of(eviction.capsule().value(), eviction.host().value()),
                row -> new PortPair(row.getInteger("ssh_port"), row.getInteger("vnc_port")));
        CapsuleSpec spec = tx.first(
                        SQL,
                        Tuple.of(eviction.capsule().value()),
                        row -> held.map(ports -> spec(row, ports.ssh(), ports.vnc()))
                                .orElseGet(() -> spec(row)))
                .orElseThrow();
        return new CommandEnvelope(
                eviction.id(),
                eviction.attempt(),
                eviction.host(),
                eviction.generation(),
                eviction.sequence(),
                eviction.requestId(),
                clock.instant().plus(life),
                switch (eviction.work()) {
                    case REMOVE -> new Command.Evict(spec);
                    case SET_ASIDE -> new Command.Relinquish(spec);
                    case DISCARD ->
                        new Command.Discard(spec, eviction.setAside().orElseThrow());
                });
    }

    private CapsuleSpec spec(Row row) {
        return spec(row, row.getInteger("ssh_port"), row.getInteger("vnc_port"));
    }

    private CapsuleSpec spec(Row row, int sshPort, int vncPort) {
        return new CapsuleSpec(
                new CapsuleId(row.getUUID("id")),
                CapsuleType.parse(row.getString("type")),
                row.getInteger("vcpus"),
                row.getInteger("memory_mb"),
                row.getInteger("disk_gb"),
                network.address(row.getInteger("guest_slot")),
                sshPort,
                vncPort);
    }

    private Login login(Row row, CapsuleId id) {
        String password = secrets.open(id, row.getBuffer("login_secret").getBytes());
        return new Login(row.getString("login_user_name"), password, sshKeys(row));
    }

    private SecureVolume volume(Row row, CapsuleId id) {
        byte[] sealedKey = row.getBuffer("secure_volume_key").getBytes();
        return volumes.open(id, sealedKey, row.getInteger("secure_volume_mb"));
    }

    private static List<String> sshKeys(Row row) {
        return Arrays.asList(row.getArrayOfStrings("ssh_keys"));
    }
}
