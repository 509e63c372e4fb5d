package org.datacapsule.router.result;

import io.vertx.core.json.JsonObject;
import java.util.Optional;
import org.datacapsule.common.error.ErrorCode;
import org.datacapsule.common.error.ProblemException;
import org.datacapsule.common.id.ResultId;
import org.datacapsule.common.id.Sha256;
import org.datacapsule.router.audit.AuditLog;
import org.datacapsule.router.database.Tx;
import org.datacapsule.router.http.Call;
import org.datacapsule.router.http.Reply;
import org.datacapsule.router.idempotency.Idempotency;
import org.datacapsule.router.result.Review.Decision;
import org.datacapsule.router.result.Review.Step;
import org.datacapsule.router.user.UserStore;

/** updateresult: a reviewer approves, rejects or revokes, for exactly the bytes they looked at. */
final class DecideResult {
    private final Idempotency idempotency;
    private final UserStore users;
    private final ResultStore results;
    private final ResultNews news;
    private final AuditLog audit;
    private final int needed;

    DecideResult(
            Idempotency idempotency,
            UserStore users,
            ResultStore results,
            ResultNews news,
            AuditLog audit,
            int needed) {
        this.idempotency = idempotency;
        this.users = users;
        this.results = results;
        this.news = news;
        this.audit = audit;
        this.needed = needed;
    }

    /** The token's role was checked against the contract. */
    Reply decide(Call call) throws InterruptedException {
        ResultId id = call.parameters().parsed("resultid", ResultId::parse);
        Decision decision = call.parameters().parsed("status", Decision::parse);
        Sha256 lookedAt = call.parameters().parsed("sha256", Sha256::new);
        return idempotency.once(call, tx -> {
            users.seen(tx, call.caller());
            Result result = results.lock(tx, id).orElseThrow(() -> Result.notFound(id.toString()));
            Reviewers.requireOutsider(tx, results, call, result);
            if (!result.sha256().equals(lookedAt)) {
                throw new ProblemException(
                        ErrorCode.RESULT_CONTENT_MISMATCH,
                        "The result has another sha256 than the one you decide on; look at it again.");
            }
            Review review = new Review(result.status(), results.approvals(tx, result));
            return switch (review.next(decision, call.caller().guid(), needed)) {
                case Step.Refused refused -> throw refused.problem().asException();
                case Step.Moved moved ->
                    moved(tx, call, result, decision, moved.to().status());
            };
        });
    }

    private Reply moved(Tx tx, Call call, Result result, Decision decision, ResultStatus to)
            throws InterruptedException {
        Optional<String> comment = call.parameters().optionalText("comment");
        if (decision == Decision.RELEASE) {
            results.vote(tx, result.id(), call.caller().guid(), comment);
        }
        if (to != result.status()) {
            results.decide(tx, result.id(), to, call.caller().guid(), comment);
            tell(tx, result, to, comment);
        }
        audit.done(
                tx,
                call,
                result.capsule(),
                result.id() + " sha256 " + result.sha256() + ": " + decision + ", so it is " + to.wireName()
                        + comment.map(text -> "; " + text).orElse(""));
        return Reply.ok(new JsonObject()
                .put("resultid", result.id().toString())
                .put("vmid", result.capsule().toString())
                .put("status", to.wireName()));
    }

    private void tell(Tx tx, Result result, ResultStatus to, Optional<String> comment) throws InterruptedException {
        switch (to) {
            case RELEASED -> news.released(tx, result, comment);
            case REJECTED -> news.rejected(tx, result.capsule(), result.id(), comment);
            case REVOKED -> news.revoked(tx, result, comment);
            case PENDING -> {
                // A vote that is not enough is nobody's business.
            }
        }
    }
}
