package org.datacapsule.router.receipt;

import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.Tuple;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Optional;
import org.datacapsule.common.id.CapsuleId;
import org.datacapsule.common.id.HostId;
import org.datacapsule.common.wire.ModeReceipt;
import org.datacapsule.common.wire.SignedReceipt;
import org.datacapsule.router.database.Tx;

/** Rows of mode receipts; none is ever changed. */
public final class ReceiptStore {

    /** The public key the host says it signs with now. */
    Optional<String> registeredKey(Tx tx, HostId host) throws InterruptedException {
        return tx.first(
                "select receipt_key from host where id = $1 and receipt_key_id is not null",
                Tuple.of(host.value()),
                row -> row.getString("receipt_key"));
    }

    /** Adds a receipt that holds. */
    void insert(Tx tx, SignedReceipt signed, ModeReceipt receipt) throws InterruptedException {
        String sql = """
                insert into mode_receipt (capsule_id, operation_id, host_id, key_id, receipt, signature, mode, policy,
                                          verified_at)
                values ($1, $2, $3, $4, $5, $6, $7, $8, $9)
                """;
        tx.update(sql, Tuple.from(new Object[] {
            receipt.capsule().value(),
            receipt.operation().value(),
            receipt.host().value(),
            signed.keyId(),
            signed.receipt(),
            signed.signature(),
            receipt.mode().name(),
            receipt.policy().orElse(null),
            receipt.verifiedAt().atOffset(ZoneOffset.UTC)
        }));
    }

    /** A capsule's receipts before {@code number}, newest first. */
    List<KeptReceipt> page(Tx tx, CapsuleId capsule, long number, int atMost) throws InterruptedException {
        String sql = """
                select r.number, r.key_id, r.receipt, r.signature, r.recorded_at, k.public_key
                from mode_receipt r join host_receipt_key k on k.host_id = r.host_id and k.key_id = r.key_id
                where r.capsule_id = $1 and r.number < $2
                order by r.number desc limit $3
                """;
        return tx.list(sql, Tuple.of(capsule.value(), number, atMost), ReceiptStore::kept);
    }

    private static KeptReceipt kept(Row row) {
        return new KeptReceipt(
                row.getLong("number"),
                new SignedReceipt(row.getString("key_id"), row.getString("receipt"), row.getString("signature")),
                row.getString("public_key"),
                row.getOffsetDateTime("recorded_at"));
    }
}
