package org.datacapsule.router.idempotency;

import io.vertx.core.json.JsonObject;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.Tuple;
import java.util.Optional;
import org.datacapsule.common.error.ErrorCode;
import org.datacapsule.common.error.Problem;
import org.datacapsule.common.error.ProblemException;
import org.datacapsule.common.wire.WireJson;
import org.datacapsule.router.database.Tx;
import org.datacapsule.router.http.Reply;

/** The rows behind {@link Idempotency}. */
public final class IdempotencyStore {

    /**
     * Takes the key for this transaction; when it was taken before, waits for that transaction and gives its answer.
     */
    Optional<Answer> claim(Tx tx, String user, String key, String fingerprint) throws InterruptedException {
        String sql = """
                insert into idempotency (user_guid, key, fingerprint) values ($1, $2, $3)
                on conflict (user_guid, key) do update
                    set fingerprint = excluded.fingerprint, status = null, body = null, created_at = now()
                    where idempotency.created_at < now() - interval '24 hours'
                """;
        if (tx.update(sql, Tuple.of(user, key, fingerprint)) == 1) {
            return Optional.empty();
        }
        String first = "select fingerprint, status, body from idempotency where user_guid = $1 and key = $2";
        return tx.first(first, Tuple.of(user, key), row -> answer(row, fingerprint));
    }

    void remember(Tx tx, String user, String key, Answer answer) throws InterruptedException {
        String sql = "update idempotency set status = $3, body = $4 where user_guid = $1 and key = $2";
        switch (answer) {
            case Answer.Done done ->
                tx.update(
                        sql,
                        Tuple.of(
                                user,
                                key,
                                done.reply().status(),
                                done.reply().body().encode()));
            case Answer.Refused refused ->
                tx.update(
                        sql,
                        Tuple.of(user, key, refused.problem().code().httpStatus(), WireJson.text(refused.problem())));
        }
    }

    /** Drops what is past its 24 hours; answers how many rows. */
    public int purge(Tx tx) throws InterruptedException {
        return tx.update("delete from idempotency where created_at < now() - interval '24 hours'", Tuple.tuple());
    }

    private static Answer answer(Row row, String fingerprint) {
        if (!row.getString("fingerprint").equals(fingerprint)) {
            throw new ProblemException(
                    ErrorCode.IDEMPOTENCY_CONFLICT,
                    "This Idempotency-Key came before with a different request; use a new key for a new request.");
        }
        int status = row.getInteger("status");
        String body = row.getString("body");
        return status < 300
                ? new Answer.Done(new Reply(status, new JsonObject(body)))
                : new Answer.Refused(WireJson.read(body, Problem.class));
    }
}
