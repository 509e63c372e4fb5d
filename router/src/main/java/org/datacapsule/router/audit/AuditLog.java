package org.datacapsule.router.audit;

import io.vertx.sqlclient.Tuple;
import java.util.Optional;
import java.util.UUID;
import org.datacapsule.common.id.CapsuleId;
import org.datacapsule.common.id.OperationId;
import org.datacapsule.router.database.Tx;
import org.datacapsule.router.http.Call;

/** Writes audit rows, in the transaction of what they tell of. */
public final class AuditLog {
    private static final String INSERT = """
            insert into audit (user_guid, email, client_address, request_id, action, capsule_id, operation_id, outcome,
                               detail)
            values ($1, $2, $3, $4, $5, $6, $7, $8, $9)
            """;

    /** A command was accepted, and {@code operation}, of this kind, will carry it out. */
    public void accepted(Tx tx, Call call, CapsuleId capsule, OperationId operation, String kind)
            throws InterruptedException {
        write(tx, call, Optional.of(capsule.value()), Optional.of(operation.value()), "ACCEPTED", Optional.of(kind));
    }

    /** The service learned of something that nobody asked for. */
    public void noted(Tx tx, String by, String requestId, String action, Optional<CapsuleId> capsule, String detail)
            throws InterruptedException {
        tx.update(INSERT, Tuple.from(new Object[] {
            by, null, "router", requestId, action, capsule.map(CapsuleId::value).orElse(null), null, "DONE", detail
        }));
    }

    /** A command that takes no time was done; the capsule is the one it named. */
    public void done(Tx tx, Call call, String detail) throws InterruptedException {
        write(tx, call, NamedCapsule.in(call), Optional.empty(), "DONE", Optional.of(detail));
    }

    /** The same, where the capsule is not among what the request names. */
    public void done(Tx tx, Call call, CapsuleId capsule, String detail) throws InterruptedException {
        write(tx, call, Optional.of(capsule.value()), Optional.empty(), "DONE", Optional.of(detail));
    }

    /** Something was looked at that it matters who looked at; nothing was changed. */
    public void read(Tx tx, Call call, Optional<CapsuleId> capsule, String detail) throws InterruptedException {
        write(tx, call, capsule.map(CapsuleId::value), Optional.empty(), "READ", Optional.of(detail));
    }

    /** A command was refused. */
    public void refused(Tx tx, Call call, String code) throws InterruptedException {
        write(tx, call, NamedCapsule.in(call), Optional.empty(), "REFUSED", Optional.of(code));
    }

    /** Requests from one address were refused, and it is not known whose they were. */
    void refusedUnknown(Tx tx, String clientAddress, String requestId, String detail) throws InterruptedException {
        tx.update(INSERT, Tuple.from(new Object[] {
            "system:unknown-caller", null, clientAddress, requestId, "authenticate", null, null, "REFUSED", detail
        }));
    }

    /** An operation ended; the row stands beside the one of its command, with the same request id. */
    public void ended(Tx tx, OperationId operation, String outcome, Optional<String> detail)
            throws InterruptedException {
        String sql = """
                insert into audit (user_guid, email, client_address, request_id, action, capsule_id, operation_id, outcome,
                                   detail)
                select requested_by, (select email from users where guid = requested_by), 'router', request_id,
                       lower(kind), capsule_id, id, $2, $3
                from operation where id = $1
                """;
        tx.update(sql, Tuple.of(operation.value(), outcome, detail.orElse(null)));
    }

    private static void write(
            Tx tx, Call call, Optional<UUID> capsule, Optional<UUID> operation, String outcome, Optional<String> detail)
            throws InterruptedException {
        tx.update(INSERT, Tuple.from(new Object[] {
            call.caller().guid(),
            call.caller().email().orElse(null),
            call.clientAddress(),
            call.requestId(),
            call.operation(),
            capsule.orElse(null),
            operation.orElse(null),
            outcome,
            detail.orElse(null)
        }));
    }
}
