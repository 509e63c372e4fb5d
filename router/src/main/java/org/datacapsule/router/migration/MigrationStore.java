package org.datacapsule.router.migration;

import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.Tuple;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.datacapsule.common.capsule.CapsuleMode;
import org.datacapsule.common.id.CapsuleId;
import org.datacapsule.common.id.HostId;
import org.datacapsule.common.id.OperationId;
import org.datacapsule.common.wire.Departure;
import org.datacapsule.common.wire.Departure.SentGuest;
import org.datacapsule.common.wire.Landing;
import org.datacapsule.common.wire.WireJson;
import org.datacapsule.router.database.Tx;
import org.datacapsule.router.host.PortPair;

/** Rows of migrations. */
public final class MigrationStore {
    private static final Duration TO_FIND_OUT = Duration.ofMinutes(2);
    private static final String COLUMNS = """
            operation_id, capsule_id, source_host, target_host, target_ssh, target_vnc, generation, live, secure,
            bandwidth_mb, phase, phase_attempt, landing, departure
            """;

    void insert(Tx tx, Migration migration) throws InterruptedException {
        String sql = """
                insert into migration (operation_id, capsule_id, source_host, target_host, target_ssh, target_vnc,
                                       generation, live, secure, bandwidth_mb, phase)
                values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
                """;
        tx.update(
                sql,
                Tuple.from(List.of(
                        migration.operation().value(),
                        migration.capsule().value(),
                        migration.source().value(),
                        migration.target().value(),
                        migration.ports().ssh(),
                        migration.ports().vnc(),
                        migration.generation(),
                        migration.isLive(),
                        migration.mode() == CapsuleMode.SECURE,
                        migration.bandwidthMb(),
                        migration.phase().name())));
    }

    /** The migration that an operation is. */
    public Optional<Migration> find(Tx tx, OperationId operation) throws InterruptedException {
        return tx.first(
                "select " + COLUMNS + " from migration where operation_id = $1",
                Tuple.of(operation.value()),
                MigrationStore::migration);
    }

    /** The one under way; the capsule's row is locked. */
    Optional<Migration> underWay(Tx tx, CapsuleId capsule) throws InterruptedException {
        return tx.first(
                "select " + COLUMNS + " from migration where capsule_id = $1 and finished_at is null",
                Tuple.of(capsule.value()),
                MigrationStore::migration);
    }

    /** Hosts other than its home that may have something of it, for nobody knew how a migration ended. */
    List<HostId> perhapsOn(Tx tx, CapsuleId capsule) throws InterruptedException {
        String sql = """
                select distinct unnest(array[m.source_host, m.target_host]) as host
                from migration m where m.capsule_id = $1 and m.result = 'UNKNOWN'
                except select host_id from capsule where id = $1
                """;
        return tx.list(sql, Tuple.of(capsule.value()), row -> new HostId(row.getString("host")));
    }

    void keep(Tx tx, OperationId operation, Landing landing) throws InterruptedException {
        tx.update(
                "update migration set landing = $2 where operation_id = $1",
                Tuple.of(operation.value(), WireJson.text(landing)));
    }

    void keep(Tx tx, OperationId operation, Departure departure) throws InterruptedException {
        Optional<SentGuest> guest = departure.guest();
        tx.update(
                "update migration set departure = $2, total_ms = $3, downtime_ms = $4 where operation_id = $1",
                Tuple.of(
                        operation.value(),
                        WireJson.text(departure),
                        guest.map(SentGuest::totalMillis)
                                .filter(millis -> millis >= 0)
                                .orElse(null),
                        guest.map(SentGuest::downtimeMillis)
                                .filter(millis -> millis >= 0)
                                .orElse(null)));
    }

    /** Its operation, which has just begun, goes to the host of its first phase. */
    void begin(Tx tx, Migration migration, long generation) throws InterruptedException {
        tx.update(
                "update operation set host_id = $2, generation = $3 where id = $1",
                Tuple.of(
                        migration.operation().value(),
                        migration.host(migration.phase()).value(),
                        generation));
    }

    /**
     * Begins a phase: the operation's command goes to that phase's host, as a new attempt, at once. Where the time for the
     * migration is over, there is some left to find out how it ended.
     */
    void proceed(Tx tx, Migration migration, Phase phase, long generation) throws InterruptedException {
        tx.update(
                """
                update operation set state = 'QUEUED', attempt = attempt + 1, host_id = $2, generation = $3, due_at = now(),
                    progress = $5, deadline = greatest(deadline, now() + $4 * interval '1 millisecond'),
                    error_code = null, error_detail = null where id = $1
                """,
                Tuple.of(
                        migration.operation().value(),
                        migration.host(phase).value(),
                        generation,
                        TO_FIND_OUT.toMillis(),
                        phase.percent()));
        tx.update("""
                update migration set phase = $2,
                    phase_attempt = (select attempt from operation where id = operation_id) where operation_id = $1
                """, Tuple.of(migration.operation().value(), phase.name()));
    }

    void finish(Tx tx, OperationId operation, String result) throws InterruptedException {
        tx.update(
                "update migration set result = $2, finished_at = now() where operation_id = $1",
                Tuple.of(operation.value(), result));
    }

    /** The capsule's home is the target from now on. */
    void flip(Tx tx, Migration migration) throws InterruptedException {
        String sql = """
                update capsule set host_id = $2, ssh_port = $3, vnc_port = $4, generation = $5, updated_at = now()
                where id = $1
                """;
        tx.update(
                sql,
                Tuple.of(
                        migration.capsule().value(),
                        migration.target().value(),
                        migration.ports().ssh(),
                        migration.ports().vnc(),
                        migration.generation()));
    }

    private static CapsuleMode mode(Row row) {
        if (!row.getBoolean("live")) {
            return CapsuleMode.NOT_DEFINED;
        }
        return row.getBoolean("secure") ? CapsuleMode.SECURE : CapsuleMode.MAINTENANCE;
    }

    private static Migration migration(Row row) {
        return new Migration(
                new OperationId(row.getUUID("operation_id")),
                new CapsuleId(row.getUUID("capsule_id")),
                new HostId(row.getString("source_host")),
                new HostId(row.getString("target_host")),
                new PortPair(row.getInteger("target_ssh"), row.getInteger("target_vnc")),
                row.getLong("generation"),
                mode(row),
                row.getInteger("bandwidth_mb"),
                Phase.valueOf(row.getString("phase")),
                row.getInteger("phase_attempt"),
                Optional.ofNullable(row.getString("landing")).map(text -> WireJson.read(text, Landing.class)),
                Optional.ofNullable(row.getString("departure")).map(text -> WireJson.read(text, Departure.class)));
    }
}
