package org.datacapsule.router.image.intake;

import java.net.URI;
import java.net.URISyntaxException;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import org.datacapsule.common.error.ErrorCode;
import org.datacapsule.common.error.ProblemException;
import org.datacapsule.common.id.ImageId;
import org.datacapsule.common.id.Sha256;
import org.datacapsule.router.audit.AuditLog;
import org.datacapsule.router.database.Database;
import org.datacapsule.router.database.Tx;
import org.datacapsule.router.http.Call;
import org.datacapsule.router.http.Endpoints;
import org.datacapsule.router.http.IncomingBody;
import org.datacapsule.router.http.Parameters;
import org.datacapsule.router.http.Reply;
import org.datacapsule.router.idempotency.Idempotency;
import org.datacapsule.router.image.inspect.ImageFormat;

/** /v1/images/uploads and /v1/images/imports. */
final class IntakeRoutes {
    /** What a file of an image may come as; a browser has no name for any of them. */
    private static final Set<String> TYPES = Set.of("", "application/octet-stream");

    private final Database database;
    private final Idempotency idempotency;
    private final BeginIntake begin;
    private final ReceiveUpload receive;
    private final ShowIntakes show;
    private final EndIntake end;
    private final AuditLog audit;

    IntakeRoutes(
            Database database,
            Idempotency idempotency,
            BeginIntake begin,
            ReceiveUpload receive,
            ShowIntakes show,
            EndIntake end,
            AuditLog audit) {
        this.database = database;
        this.idempotency = idempotency;
        this.begin = begin;
        this.receive = receive;
        this.show = show;
        this.end = end;
        this.audit = audit;
    }

    void register(Endpoints endpoints) {
        endpoints
                .serve("beginUpload", this::beginUpload)
                .serve("putUpload", this::putUpload)
                .serve("getUpload", call -> show(call, "uploadId"))
                .serve("cancelUpload", call -> cancel(call, "uploadId"))
                .serve("beginImport", this::beginImport)
                .serve("getImport", call -> show(call, "importId"))
                .serve("cancelImport", call -> cancel(call, "importId"));
    }

    @FunctionalInterface
    private interface Beginning {
        Intake in(Tx tx, NewIntake asked) throws InterruptedException;
    }

    private Reply beginUpload(Call call) throws InterruptedException {
        return begin(
                call,
                call.parameters().optionalLong("sizeBytes"),
                (tx, asked) -> begin.upload(tx, call.caller(), asked));
    }

    private Reply beginImport(Call call) throws InterruptedException {
        URI source = call.parameters().parsed("url", IntakeRoutes::uri);
        return begin(call, OptionalLong.empty(), (tx, asked) -> begin.importing(tx, call.caller(), asked, source));
    }

    private Reply begin(Call call, OptionalLong sizeBytes, Beginning beginning) throws InterruptedException {
        Parameters parameters = call.parameters();
        NewIntake asked = new NewIntake(
                parameters.text("imageName"),
                parameters.optionalText("imageDescription").orElse(""),
                parameters.optionalFlag("public").orElse(false),
                parameters.optionalText("loginUserName"),
                parameters.has("format")
                        ? Optional.of(parameters.parsed("format", ImageFormat::parse))
                        : Optional.empty(),
                sizeBytes,
                parameters.has("sha256") ? Optional.of(parameters.parsed("sha256", Sha256::new)) : Optional.empty());
        return idempotency.once(call, tx -> {
            Intake begun = beginning.in(tx, asked);
            audit.done(tx, call, "image " + begun.id());
            return Reply.ok(IntakeJson.of(begun));
        });
    }

    private Reply putUpload(Call call) throws InterruptedException {
        IncomingBody body = call.body().orElseThrow();
        if (!TYPES.contains(body.contentType())) {
            throw new ProblemException(
                    ErrorCode.REQUEST_UNSUPPORTED_MEDIA_TYPE,
                    "The body is the bytes of the file, so its content type must be application/octet-stream.");
        }
        return Reply.ok(IntakeJson.of(
                receive.receive(call.caller(), id(call, "uploadId"), ContentRange.part(body), body.content())));
    }

    private Reply show(Call call, String parameter) throws InterruptedException {
        return database.read(tx -> Reply.ok(IntakeJson.of(show.find(tx, call.caller(), id(call, parameter)))));
    }

    private Reply cancel(Call call, String parameter) throws InterruptedException {
        ImageId id = id(call, parameter);
        return idempotency.once(call, tx -> {
            Intake ended = end.cancel(tx, call.caller(), id);
            audit.done(tx, call, "image " + id);
            return Reply.ok(IntakeJson.of(ended));
        });
    }

    private static ImageId id(Call call, String parameter) {
        return call.parameters().parsed(parameter, ImageId::parse);
    }

    private static URI uri(String text) {
        try {
            return new URI(text);
        } catch (URISyntaxException e) {
            throw new IllegalArgumentException("is not an address such as https://cloud.example.org/disk.qcow2", e);
        }
    }
}
