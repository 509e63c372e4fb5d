package org.datacapsule.router.imageapi.zstack;

import io.vertx.core.json.JsonObject;
import java.util.Optional;
import java.util.UUID;
import org.datacapsule.common.error.Problem;
import org.datacapsule.common.error.ProblemException;
import org.datacapsule.router.database.Tx;
import org.datacapsule.router.http.Call;
import org.datacapsule.router.http.DialectAnswer;
import org.datacapsule.router.http.DialectRequest;
import org.datacapsule.router.http.Parameters;
import org.datacapsule.router.http.Reply;
import org.datacapsule.router.image.Catalogue;
import org.datacapsule.router.image.ImageDesk;

/**
 * Calls that change something. Each is done when its answer goes out, in one transaction with the row that says how it ended;
 * the client asks for that at the address it was given.
 */
final class Jobs {
    static final String HEADER = "X-Job-UUID";
    private static final int DONE = 200;
    private static final int FAILED = 503;
    private static final int RUNNING = 202;
    private static final int NOT_FOUND = 404;

    private final ImageDesk desk;
    private final JobStore store;

    Jobs(ImageDesk desk, JobStore store) {
        this.desk = desk;
        this.store = store;
    }

    /** What a job does; its success has nothing more to say than that it is one. */
    @FunctionalInterface
    interface Work {
        /** @return what the audit log says of it */
        String in(Tx tx, Catalogue catalogue) throws InterruptedException;
    }

    /** Answers where to ask how it ended. */
    DialectAnswer run(DialectRequest request, Call call, Work work) throws InterruptedException {
        String id = id(request);
        try {
            Reply reply = desk.change(call, (tx, catalogue) -> {
                take(tx, id, call, new JobStore.Ended(DONE, new JsonObject()));
                return new ImageDesk.Done(new Reply(DONE, new JsonObject().put("job", id)), work.in(tx, catalogue));
            });
            return location(request, reply.body().getString("job"));
        } catch (ProblemException refusal) {
            Problem problem = refusal.problem();
            desk.read((tx, catalogue) -> store.find(tx, id, call.caller().guid()))
                    .ifPresent(earlier -> {
                        throw taken();
                    });
            desk.keep(tx -> take(tx, id, call, new JobStore.Ended(FAILED, ZstackError.of(problem))));
            return location(request, id).refusing(problem);
        }
    }

    DialectAnswer ask(DialectRequest request, Call call) throws InterruptedException {
        Optional<JobStore.Ended> ended = desk.read((tx, catalogue) ->
                store.find(tx, request.pathValue("id"), call.caller().guid()));
        return ended.map(job -> DialectAnswer.json(job.status(), job.body()))
                .orElse(DialectAnswer.text(NOT_FOUND, "There is no such job, or it ended more than a day ago."));
    }

    /** The address of a job, wherever it is kept. */
    static DialectAnswer location(DialectRequest request, String id) {
        return DialectAnswer.json(
                RUNNING, new JsonObject().put("location", request.origin() + ZstackDialect.ROOT + "/api-jobs/" + id));
    }

    /** The id the client chose, or a new one. */
    static String id(DialectRequest request) {
        String id = request.header(HEADER).orElseGet(() -> ZstackId.of(UUID.randomUUID()));
        if (!ZstackId.isOne(id)) {
            throw Parameters.invalid(HEADER, "must be 32 hex digits in lower case");
        }
        return id;
    }

    private void take(Tx tx, String id, Call call, JobStore.Ended ended) throws InterruptedException {
        if (!store.insert(tx, id, call.caller().guid(), ended)) {
            throw taken();
        }
    }

    private static ProblemException taken() {
        return Parameters.invalid(HEADER, "was used for a job before");
    }
}
