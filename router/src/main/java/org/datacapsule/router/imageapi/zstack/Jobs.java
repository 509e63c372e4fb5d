package org.datacapsule.router.imageapi.zstack;

import io.vertx.core.json.JsonObject;
import java.net.URI;
import java.util.Optional;
import java.util.UUID;
import org.datacapsule.common.error.ErrorCode;
import org.datacapsule.common.error.Problem;
import org.datacapsule.common.error.ProblemException;
import org.datacapsule.common.id.ImageId;
import org.datacapsule.router.database.Tx;
import org.datacapsule.router.http.Call;
import org.datacapsule.router.http.DialectAnswer;
import org.datacapsule.router.http.DialectRequest;
import org.datacapsule.router.http.Parameters;
import org.datacapsule.router.http.Reply;
import org.datacapsule.router.image.Catalogue;
import org.datacapsule.router.image.ImageDesk;
import org.datacapsule.router.image.intake.Intake;
import org.datacapsule.router.image.intake.ShowIntakes;

/**
 * Calls that change something. Each is done when its answer goes out, in one transaction with the row that says how it ended;
 * the client asks for that at the address it was given. An import is then begun, and the job lasts as long as it does.
 */
final class Jobs {
    static final String HEADER = "X-Job-UUID";
    private static final int DONE = 200;
    private static final int FAILED = 503;
    private static final int RUNNING = 202;
    private static final int NOT_FOUND = 404;
    private static final Problem UNKNOWN = Problem.of(ErrorCode.INTERNAL, "The import failed.");

    private final ImageDesk desk;
    private final JobStore store;
    private final ShowIntakes intakes;

    Jobs(ImageDesk desk, JobStore store, ShowIntakes intakes) {
        this.desk = desk;
        this.intakes = intakes;
        this.store = store;
    }

    /**
     * What a job did.
     *
     * @param detail what the audit log says of it
     * @param importing what it began, if that goes on
     */
    record Outcome(String detail, Optional<ImageId> importing) {
        static Outcome of(String detail) {
            return new Outcome(detail, Optional.empty());
        }

        static Outcome of(String detail, ImageId importing) {
            return new Outcome(detail, Optional.of(importing));
        }
    }

    /** What a job does. */
    @FunctionalInterface
    interface Work {
        Outcome in(Tx tx, Catalogue catalogue) throws InterruptedException;
    }

    /** Answers where to ask how it ended. */
    DialectAnswer run(DialectRequest request, Call call, Work work) throws InterruptedException {
        String id = id(request);
        try {
            Reply reply = desk.change(call, (tx, catalogue) -> {
                Outcome outcome = work.in(tx, catalogue);
                take(tx, id, call, new JobStore.Ended(DONE, new JsonObject(), outcome.importing()));
                return new ImageDesk.Done(new Reply(DONE, new JsonObject().put("job", id)), outcome.detail());
            });
            return location(request, reply.body().getString("job"));
        } catch (ProblemException refusal) {
            Problem problem = refusal.problem();
            desk.read((tx, catalogue) -> store.find(tx, id, call.caller().guid()))
                    .ifPresent(earlier -> {
                        throw taken();
                    });
            desk.keep(tx -> take(tx, id, call, new JobStore.Ended(FAILED, ZstackError.of(problem), Optional.empty())));
            return location(request, id).refusing(problem);
        }
    }

    DialectAnswer ask(DialectRequest request, Call call) throws InterruptedException {
        String id = request.pathValue("id");
        return desk.read((tx, catalogue) -> {
            Optional<JobStore.Ended> job = store.find(tx, id, call.caller().guid());
            if (job.isEmpty()) {
                return DialectAnswer.text(NOT_FOUND, "There is no such job, or it began more than a day ago.");
            }
            if (job.get().importing().isEmpty()) {
                return DialectAnswer.json(job.get().status(), job.get().body());
            }
            Intake intake =
                    intakes.find(tx, call.caller(), job.get().importing().get());
            return switch (intake.state()) {
                case RECEIVING, CHECKING -> location(request, id);
                case DONE ->
                    DialectAnswer.json(
                            DONE,
                            new JsonObject()
                                    .put(
                                            "inventory",
                                            Inventory.of(
                                                    catalogue.visible(tx, call.caller(), intake.id()),
                                                    intake.source().map(URI::toString))));
                case FAILED ->
                    DialectAnswer.json(FAILED, ZstackError.of(intake.error().orElse(UNKNOWN)));
            };
        });
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
