package org.datacapsule.router.identity;

import io.vertx.core.buffer.Buffer;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.Tuple;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Optional;
import org.datacapsule.common.id.HostId;
import org.datacapsule.common.join.JoinToken;
import org.datacapsule.common.secret.SecretBox;
import org.datacapsule.router.database.Tx;

/** Rows of join tokens. Their secrets are sealed: who reads the database can make nothing of them. */
final class JoinTokenStore {
    private final SecretBox box;

    JoinTokenStore(SecretBox box) {
        this.box = box;
    }

    void insert(Tx tx, JoinToken token, HostId host, List<String> addresses, String by, Instant expiresAt)
            throws InterruptedException {
        String sql = """
                insert into join_token (id, host_id, addresses, secret, created_by, expires_at)
                values ($1, $2, $3, $4, $5, $6)
                """;
        tx.update(
                sql,
                Tuple.of(
                        token.id(),
                        host.value(),
                        addresses.toArray(String[]::new),
                        Buffer.buffer(box.seal(token.secret(), place(token.id()))),
                        by,
                        expiresAt.atOffset(ZoneOffset.UTC)));
    }

    /** Held until the transaction ends, so that two machines cannot use it at once. */
    Optional<KeptToken> lock(Tx tx, String id) throws InterruptedException {
        String sql = """
                select id, host_id, addresses, secret, created_by, expires_at, key_id, enrolment
                from join_token where id = $1 for update
                """;
        return tx.first(sql, Tuple.of(id), this::token);
    }

    void use(Tx tx, String id, KeptToken.Use use) throws InterruptedException {
        tx.update(
                "update join_token set used_at = now(), key_id = $2, enrolment = $3 where id = $1",
                Tuple.of(id, use.keyId(), use.enrolment()));
    }

    /** Those of which nothing more can come. */
    void forgetOld(Tx tx) throws InterruptedException {
        tx.update("delete from join_token where expires_at < now() - interval '30 days'", Tuple.tuple());
    }

    private KeptToken token(Row row) {
        String id = row.getString("id");
        return new KeptToken(
                id,
                new HostId(row.getString("host_id")),
                List.of(row.getArrayOfStrings("addresses")),
                box.open(row.getBuffer("secret").getBytes(), place(id)),
                row.getString("created_by"),
                row.getOffsetDateTime("expires_at").toInstant(),
                Optional.ofNullable(row.getString("key_id"))
                        .map(keyId -> new KeptToken.Use(keyId, row.getString("enrolment"))));
    }

    private static String place(String id) {
        return "join-token/" + id + "/secret";
    }
}
