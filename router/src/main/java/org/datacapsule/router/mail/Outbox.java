package org.datacapsule.router.mail;

import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.Tuple;
import java.time.Duration;
import java.util.Optional;
import java.util.UUID;
import org.datacapsule.router.database.Tx;

/** Rows of mail to send. */
public final class Outbox {
    private final boolean open;

    /** @param open whether mail can be sent at all; what is put into a closed outbox is dropped */
    public Outbox(boolean open) {
        this.open = open;
    }

    /** A letter; the id tells repeats of it apart from other letters. */
    record Letter(UUID id, String recipient, String subject, String body, int attempts) {}

    public void put(Tx tx, String recipient, String subject, String body) throws InterruptedException {
        if (open) {
            tx.update(
                    "insert into mail (recipient, subject, body) values ($1, $2, $3)",
                    Tuple.of(recipient, subject, body));
        }
    }

    /** Takes a letter that is due, for {@code lease}; who does not send it by then leaves it to another. */
    Optional<Letter> claim(Tx tx, Duration lease) throws InterruptedException {
        String sql = """
                with due as (
                    select id from mail where sent_at is null and given_up_at is null and due_at <= now()
                    order by due_at limit 1 for update skip locked)
                update mail m set due_at = now() + $1 * interval '1 millisecond', attempts = attempts + 1
                from due where m.id = due.id returning m.id, m.recipient, m.subject, m.body, m.attempts
                """;
        return tx.first(sql, Tuple.of(lease.toMillis()), Outbox::letter);
    }

    void sent(Tx tx, UUID id) throws InterruptedException {
        tx.update("update mail set sent_at = now(), last_error = null where id = $1", Tuple.of(id));
    }

    void failed(Tx tx, UUID id, String why, Duration pause, boolean last) throws InterruptedException {
        String sql = """
                update mail set last_error = $2, due_at = now() + $3 * interval '1 millisecond',
                    given_up_at = case when $4 then now() end where id = $1
                """;
        tx.update(sql, Tuple.of(id, why, pause.toMillis(), last));
    }

    private static Letter letter(Row row) {
        return new Letter(
                row.getUUID("id"),
                row.getString("recipient"),
                row.getString("subject"),
                row.getString("body"),
                row.getInteger("attempts"));
    }
}
