package org.datacapsule.router.imageapi.zstack;

import io.vertx.core.json.JsonObject;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.Optional;
import java.util.UUID;
import org.datacapsule.common.error.ErrorCode;
import org.datacapsule.common.error.Problem;
import org.datacapsule.common.error.ProblemException;
import org.datacapsule.common.id.ImageId;
import org.datacapsule.router.database.Tx;
import org.datacapsule.router.http.Call;
import org.datacapsule.router.http.Caller;
import org.datacapsule.router.http.DialectAnswer;
import org.datacapsule.router.http.DialectRequest;
import org.datacapsule.router.http.Parameters;
import org.datacapsule.router.http.Reply;
import org.datacapsule.router.image.Catalogue;
import org.datacapsule.router.image.ImageDesk;
import org.datacapsule.router.image.intake.Intake;
import org.datacapsule.router.image.intake.ShowIntakes;
import org.datacapsule.router.image.source.WebHook;

/**
 * Calls that change something. Each is done when its answer goes out, in one transaction with the row that says how it ended;
 * the client asks for that at the address it was given. An import is then begun, and the job lasts as long as it does.
 */
final class Jobs {
    static final String HEADER = "X-Job-UUID";
    static final String HOOK = "X-Web-Hook";
    private static final int DONE = 200;
    private static final int FAILED = 503;
    private static final int RUNNING = 202;
    private static final int NOT_FOUND = 404;
    private static final Problem UNKNOWN = Problem.of(ErrorCode.INTERNAL, "The import failed.");

    private final ImageDesk desk;
    private final JobStore store;
    private final ShowIntakes intakes;
    private final WebHook hook;
    private final HookStore hooks = new HookStore();

    /** @param hook where the ends of jobs may be told */
    Jobs(ImageDesk desk, JobStore store, ShowIntakes intakes, WebHook hook) {
        this.hook = hook;
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
        Optional<URI> tell = hook(request);
        try {
            Reply reply = desk.change(call, (tx, catalogue) -> {
                Outcome outcome = work.in(tx, catalogue);
                take(tx, id, call, new JobStore.Ended(DONE, new JsonObject(), outcome.importing()), tell);
                return new ImageDesk.Done(new Reply(DONE, new JsonObject().put("job", id)), outcome.detail());
            });
            return location(request, reply.body().getString("job"));
        } catch (ProblemException refusal) {
            Problem problem = refusal.problem();
            desk.read((tx, catalogue) -> store.find(tx, id, call.caller().guid()))
                    .ifPresent(earlier -> {
                        throw taken();
                    });
            desk.keep(tx ->
                    take(tx, id, call, new JobStore.Ended(FAILED, ZstackError.of(problem), Optional.empty()), tell));
            return location(request, id).refusing(problem);
        }
    }

    DialectAnswer ask(DialectRequest request, Call call) throws InterruptedException {
        String id = request.pathValue("id");
        boolean isKnown = desk.read(
                        (tx, catalogue) -> store.find(tx, id, call.caller().guid()))
                .isPresent();
        if (!isKnown) {
            return DialectAnswer.text(NOT_FOUND, "There is no such job, or it began more than a day ago.");
        }
        return end(id, call.caller())
                .map(end -> DialectAnswer.json(end.status(), end.body()))
                .orElseGet(() -> location(request, id));
    }

    /** How a job ended. */
    record End(int status, JsonObject body) {
        boolean isSuccess() {
            return status == DONE;
        }
    }

    /** Nothing while it goes on, or where there is no such job of the owner's. */
    Optional<End> end(String id, Caller owner) throws InterruptedException {
        return desk.read((tx, catalogue) -> {
            Optional<JobStore.Ended> job = store.find(tx, id, owner.guid());
            return job.isPresent() ? end(tx, catalogue, job.get(), owner) : Optional.empty();
        });
    }

    private Optional<End> end(Tx tx, Catalogue catalogue, JobStore.Ended job, Caller owner)
            throws InterruptedException {
        if (job.importing().isEmpty()) {
            return Optional.of(new End(job.status(), job.body()));
        }
        Intake intake = intakes.find(tx, owner, job.importing().get());
        return switch (intake.state()) {
            case RECEIVING, CHECKING -> Optional.empty();
            case DONE ->
                Optional.of(new End(
                        DONE,
                        new JsonObject()
                                .put(
                                        "inventory",
                                        Inventory.of(
                                                catalogue.visible(tx, owner, intake.id()),
                                                intake.source().map(URI::toString)))));
            case FAILED ->
                Optional.of(new End(FAILED, ZstackError.of(intake.error().orElse(UNKNOWN))));
        };
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

    private void take(Tx tx, String id, Call call, JobStore.Ended ended, Optional<URI> tell)
            throws InterruptedException {
        if (!store.insert(tx, id, call.caller().guid(), ended)) {
            throw taken();
        }
        if (tell.isPresent()) {
            hooks.insert(tx, id, tell.get());
        }
    }

    /** Where the client wants the end told; what is not allowed there is said of no address, listed or not. */
    private Optional<URI> hook(DialectRequest request) {
        return request.header(HOOK).map(text -> {
            try {
                URI url = new URI(text);
                hook.requireAllowed(url);
                return url;
            } catch (URISyntaxException | ProblemException e) {
                throw Parameters.invalid(
                        HOOK,
                        "must be an address at an origin to which this cluster tells of jobs"
                                + " (image-apis.zstack.web-hook-origins)");
            }
        });
    }

    private static ProblemException taken() {
        return Parameters.invalid(HEADER, "was used for a job before");
    }
}
