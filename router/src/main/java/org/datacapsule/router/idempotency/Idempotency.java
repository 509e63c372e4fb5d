package org.datacapsule.router.idempotency;

import java.util.Optional;
import org.datacapsule.common.error.ErrorCode;
import org.datacapsule.common.error.ProblemException;
import org.datacapsule.router.database.Database;
import org.datacapsule.router.database.Tx;
import org.datacapsule.router.http.Call;
import org.datacapsule.router.http.Reply;

/**
 * Runs a command in one transaction, and at most once per caller and Idempotency-Key within 24 hours, whichever router
 * gets the repeats: the key is a row of the command's own transaction, so a second request waits for the first to commit
 * and then reads its answer (capsule API, "Wire rules").
 */
public final class Idempotency {
    private final Database database;
    private final IdempotencyStore store;

    public Idempotency(Database database, IdempotencyStore store) {
        this.database = database;
        this.store = store;
    }

    /**
     * What {@code command} answers, or answered the first time.
     *
     * @throws ProblemException what it threw, now or the first time; {@link ErrorCode#IDEMPOTENCY_CONFLICT} when the key
     *     came with another request before
     */
    public Reply once(Call call, Database.Work<Reply> command) throws InterruptedException {
        return switch (answer(call, command)) {
            case Answer.Done done -> done.reply();
            case Answer.Refused refused -> throw refused.problem().asException();
        };
    }

    private Answer answer(Call call, Database.Work<Reply> command) throws InterruptedException {
        try {
            return database.transaction(tx -> firstOr(tx, call, () -> new Answer.Done(command.in(tx))));
        } catch (ProblemException refusal) {
            if (call.idempotencyKey().isEmpty()) {
                throw refusal;
            }
            // What the command had begun is rolled back by now; that it was refused is kept for the key.
            return database.transaction(tx -> firstOr(tx, call, () -> new Answer.Refused(refusal.problem())));
        }
    }

    private Answer firstOr(Tx tx, Call call, Answering answering) throws InterruptedException {
        Optional<String> key = call.idempotencyKey();
        if (key.isEmpty()) {
            return answering.answer();
        }
        Optional<Answer> first = store.claim(tx, call.caller().guid(), key.get(), Fingerprint.of(call));
        if (first.isPresent()) {
            return first.get();
        }
        Answer answer = answering.answer();
        store.remember(tx, call.caller().guid(), key.get(), answer);
        return answer;
    }

    @FunctionalInterface
    private interface Answering {
        Answer answer() throws InterruptedException;
    }
}
