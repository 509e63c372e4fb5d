package org.datacapsule.devkit.check;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/** What the database says. */
public record Rows(
        List<Capsule> capsules,
        List<Operation> operations,
        List<HeldPorts> ports,
        List<UUID> addresses,
        List<UnfinishedMove> moves,
        List<Eviction> evictions,
        List<UUID> uncertain,
        List<Result> results,
        List<Image> images) {

    /** A capsule, one that is deleted too. */
    public record Capsule(
            UUID id,
            String state,
            String mode,
            String host,
            int sshPort,
            int vncPort,
            long generation,
            String owner,
            Use use) {
        boolean isDeleted() {
            return state.equals("DELETED");
        }

        boolean isPending() {
            return state.endsWith("_PENDING");
        }
    }

    /**
     * An operation.
     *
     * @param overdue at work, and its deadline is past
     * @param receipts how many there are of it
     * @param accepted how many rows of the audit log say that it was
     * @param ended likewise
     */
    public record Operation(
            UUID id,
            UUID capsule,
            String kind,
            String state,
            String by,
            Optional<String> error,
            boolean overdue,
            int receipts,
            int accepted,
            int ended) {
        boolean isAtWork() {
            return state.equals("QUEUED") || state.equals("RUNNING");
        }

        boolean isSide() {
            return kind.equals("SYNC_KEYS");
        }
    }

    /**
     * A result.
     *
     * @param status as in its row, or UPLOAD while it has not arrived whole
     * @param approvals of reviewers who were never on its capsule
     */
    public record Result(UUID id, UUID capsule, String sha256, String status, int approvals) {}

    /**
     * An image made of a capsule's disk.
     *
     * @param made how the operation ended that makes it, or is to end it
     */
    public record Image(UUID id, String status, boolean hasContent, Optional<String> error, String made) {}

    /** A pair of ports that a capsule holds. */
    public record HeldPorts(UUID capsule, String host, int ssh, int vnc) {}

    /** A migration that has not ended. */
    public record UnfinishedMove(UUID operation, UUID capsule) {}

    /** Something a host is still to remove. */
    public record Eviction(UUID capsule, String host) {}

    /** Reads all of it at one moment. */
    public static Rows read(Connection database) throws SQLException {
        boolean automatic = database.getAutoCommit();
        database.setAutoCommit(false);
        try (Statement statement = database.createStatement()) {
            statement.execute("set transaction isolation level repeatable read read only");
            return read(statement);
        } finally {
            database.rollback();
            database.setAutoCommit(automatic);
        }
    }

    private static Rows read(Statement statement) throws SQLException {
        return new Rows(
                list(
                        statement,
                        """
                        select c.id, c.state, c.mode, c.host_id, c.ssh_port, c.vnc_port, c.generation,
                               coalesce((select user_guid from member m
                                         where m.capsule_id = c.id and m.role like 'OWNER%'), ''),
                               c.vcpus, c.memory_mb, c.disk_gb
                        from capsule c order by c.created_at, c.id
                        """,
                        row -> new Capsule(
                                uuid(row, 1),
                                row.getString(2),
                                row.getString(3),
                                row.getString(4),
                                row.getInt(5),
                                row.getInt(6),
                                row.getLong(7),
                                row.getString(8),
                                new Use(row.getInt(9), row.getInt(10), row.getInt(11)))),
                list(
                        statement,
                        """
                        select o.id, o.capsule_id, o.kind, o.state, o.requested_by, o.error_code,
                               o.state in ('QUEUED', 'RUNNING') and o.deadline < now(),
                               (select count(*) from mode_receipt r where r.operation_id = o.id),
                               (select count(*) from audit a where a.operation_id = o.id and a.outcome = 'ACCEPTED'),
                               (select count(*) from audit a where a.operation_id = o.id and a.outcome <> 'ACCEPTED')
                        from operation o order by o.number
                        """,
                        row -> new Operation(
                                uuid(row, 1),
                                uuid(row, 2),
                                row.getString(3),
                                row.getString(4),
                                row.getString(5),
                                Optional.ofNullable(row.getString(6)),
                                row.getBoolean(7),
                                row.getInt(8),
                                row.getInt(9),
                                row.getInt(10))),
                list(
                        statement,
                        "select capsule_id, host_id, ssh_port, vnc_port from host_port where capsule_id is not null"
                                + " order by host_id, ssh_port",
                        row -> new HeldPorts(uuid(row, 1), row.getString(2), row.getInt(3), row.getInt(4))),
                list(
                        statement,
                        "select capsule_id from guest_slot where capsule_id is not null order by slot",
                        row -> uuid(row, 1)),
                list(
                        statement,
                        "select operation_id, capsule_id from migration where finished_at is null order by created_at",
                        row -> new UnfinishedMove(uuid(row, 1), uuid(row, 2))),
                list(
                        statement,
                        "select capsule_id, host_id from eviction order by created_at, host_id",
                        row -> new Eviction(uuid(row, 1), row.getString(2))),
                list(
                        statement,
                        "select distinct capsule_id from migration where result = 'UNKNOWN' order by 1",
                        row -> uuid(row, 1)),
                list(
                        statement,
                        """
                        select r.id, r.capsule_id, r.sha256, r.status,
                               (select count(*) from result_vote v where v.result_id = r.id and not exists (
                                    select from member_ever m
                                    where m.capsule_id = r.capsule_id and m.user_guid = v.reviewer))
                        from result r
                        union all select id, capsule_id, sha256, 'UPLOAD', 0 from result_upload order by 1
                        """,
                        row -> new Result(
                                uuid(row, 1), uuid(row, 2), row.getString(3), row.getString(4), row.getInt(5))),
                list(
                        statement,
                        """
                        select i.id, i.status, i.sha256 is not null, i.error, o.state
                        from image i join operation o on o.id = i.share_operation order by o.number
                        """,
                        row -> new Image(
                                uuid(row, 1),
                                row.getString(2),
                                row.getBoolean(3),
                                Optional.ofNullable(row.getString(4)),
                                row.getString(5))));
    }

    @FunctionalInterface
    private interface Mapping<T> {
        T of(ResultSet row) throws SQLException;
    }

    private static <T> List<T> list(Statement statement, String sql, Mapping<T> mapping) throws SQLException {
        List<T> found = new ArrayList<>();
        try (ResultSet rows = statement.executeQuery(sql)) {
            while (rows.next()) {
                found.add(mapping.of(rows));
            }
        }
        return found;
    }

    private static UUID uuid(ResultSet row, int column) throws SQLException {
        return row.getObject(column, UUID.class);
    }
}
