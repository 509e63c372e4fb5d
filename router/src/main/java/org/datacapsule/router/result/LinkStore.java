package org.datacapsule.router.result;

import io.vertx.core.buffer.Buffer;
import io.vertx.sqlclient.Tuple;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.Optional;
import org.datacapsule.common.id.ResultId;
import org.datacapsule.router.database.Tx;

/** Rows of download links. A link is for one user; the database has only a hash of the token in it. */
final class LinkStore {
    private static final int TOKEN_BYTES = 32;

    private final SecureRandom random = new SecureRandom();

    /** @param token what stands in the link, and nowhere else */
    record Link(String token, Instant expiresAt) {}

    /** A link as it was found. */
    record Found(ResultId result, boolean expired) {}

    Link make(Tx tx, ResultId result, String user, Duration life) throws InterruptedException {
        byte[] secret = new byte[TOKEN_BYTES];
        random.nextBytes(secret);
        String token = Base64.getUrlEncoder().withoutPadding().encodeToString(secret);
        String sql = """
                insert into result_link (token_hash, result_id, user_guid, expires_at)
                values ($1, $2, $3, now() + $4 * interval '1 millisecond') returning expires_at
                """;
        Instant expires = tx.first(
                        sql,
                        Tuple.of(hash(token), result.value(), user, life.toMillis()),
                        row -> row.getOffsetDateTime("expires_at").toInstant())
                .orElseThrow();
        return new Link(token, expires);
    }

    Optional<Found> find(Tx tx, String token, String user) throws InterruptedException {
        return tx.first(
                "select result_id, expires_at <= now() as expired from result_link where token_hash = $1 and user_guid = $2",
                Tuple.of(hash(token), user),
                row -> new Found(new ResultId(row.getUUID("result_id")), row.getBoolean("expired")));
    }

    /** Whether the user has a link to it that still holds. */
    boolean has(Tx tx, ResultId result, String user) throws InterruptedException {
        return tx.first(
                        "select from result_link where result_id = $1 and user_guid = $2 and expires_at > now() limit 1",
                        Tuple.of(result.value(), user),
                        row -> true)
                .orElse(false);
    }

    void deleteAll(Tx tx, ResultId result) throws InterruptedException {
        tx.update("delete from result_link where result_id = $1", Tuple.of(result.value()));
    }

    /** Those that have not held for so long that nobody needs to be told that they are old. */
    void purge(Tx tx, Duration age) throws InterruptedException {
        tx.update(
                "delete from result_link where expires_at < now() - $1 * interval '1 millisecond'",
                Tuple.of(age.toMillis()));
    }

    private static Buffer hash(String token) {
        try {
            return Buffer.buffer(
                    MessageDigest.getInstance("SHA-256").digest(token.getBytes(StandardCharsets.US_ASCII)));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("this JDK has no SHA-256", e);
        }
    }
}
