package org.datacapsule.router.imageapi.danube;

import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.regex.Pattern;
import org.datacapsule.common.error.ErrorCode;
import org.datacapsule.common.error.ProblemException;
import org.datacapsule.common.id.ImageId;
import org.datacapsule.router.http.Call;
import org.datacapsule.router.http.DialectAnswer;
import org.datacapsule.router.http.DialectReply;
import org.datacapsule.router.http.DialectRequest;
import org.datacapsule.router.http.DialectStream;
import org.datacapsule.router.http.Parameters;
import org.datacapsule.router.http.Reply;
import org.datacapsule.router.http.TokenRole;
import org.datacapsule.router.image.Image;
import org.datacapsule.router.image.ImageDesk;
import org.datacapsule.router.image.intake.BeginIntake;
import org.datacapsule.router.image.intake.Intake;
import org.datacapsule.router.image.intake.NewIntake;
import org.datacapsule.router.image.intake.ShowIntakes;
import org.datacapsule.router.image.source.Fetched;
import org.datacapsule.router.image.source.ImageSource;
import org.datacapsule.router.image.source.SourceException;

/** {@code POST /image/(name)}: the catalogue's import of what a manifest names; the image's id is the task's. */
final class DanubeImport {
    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]{0,31}");
    private static final int LARGEST_MANIFEST = 8192;
    private static final String STREAM = "ES-STREAM";
    private static final int PENDING = 201;
    private static final long LOOK = 250;
    /** Then the answer ends as it stands; the task goes on, and can be asked for. */
    private static final Duration LONGEST_STREAM = Duration.ofHours(1);

    private final ImageDesk desk;
    private final AttributeStore store;
    private final BeginIntake begin;
    private final ShowIntakes intakes;
    private final ImageSource manifests;

    DanubeImport(ImageDesk desk, AttributeStore store, BeginIntake begin, ShowIntakes intakes, ImageSource manifests) {
        this.desk = desk;
        this.store = store;
        this.begin = begin;
        this.intakes = intakes;
        this.manifests = manifests;
    }

    /** With the header {@code ES-STREAM} the answer lasts as long as the import does. */
    DialectReply begin(DialectRequest request, Call call) throws InterruptedException {
        Reply begun = started(request, call);
        return request.header(STREAM).isPresent() && begun.status() == PENDING
                ? streamed(begun.body().getString("task_id"), call)
                : Envelope.answer(begun);
    }

    private DialectStream streamed(String task, Call call) {
        return new DialectStream(PENDING, Map.of("es_task_id", task, "es_stream", "es"), "application/json", body -> {
            Reply now = ask(task, call);
            for (long waited = 0; now.status() == PENDING && waited < LONGEST_STREAM.toMillis(); waited += LOOK) {
                body.write(" ");
                Thread.sleep(LOOK);
                now = ask(task, call);
            }
            body.write(now.status() + "\n" + now.body().encode());
        });
    }

    private Reply started(DialectRequest request, Call call) throws InterruptedException {
        if (!call.caller().hasAny(TokenRole.ADMIN)) {
            throw new ProblemException(ErrorCode.IMAGE_PERMISSION_DENIED, "Only an admin imports images.");
        }
        String name = request.pathValue("name");
        if (!NAME.matcher(name).matches()) {
            throw Parameters.invalid("name", "must have 1 to 32 of letters, digits, and . _ - after the first");
        }
        Given given = Given.of(request);
        URI manifestUrl = given.url("manifest_url")
                .orElseThrow(() -> Parameters.invalid("manifest_url", "This field is required."));
        Manifest manifest = Manifest.parse(fetch(manifestUrl));
        URI fileUrl = given.url("file_url").orElseGet(() -> fileOf(manifestUrl));
        Changes wanted = Changes.of(given.above(manifest.defaults()));
        Visibility access = wanted.access().orElse(Visibility.PRIVATE);
        if (access == Visibility.DELETED) {
            throw Parameters.invalid("access", "a new image is 1 (public) or 3 (private)");
        }
        wanted.requireOwner(call.caller().guid());
        Attributes attributes = wanted.to(Attributes.plain(name));
        NewIntake asked = new NewIntake(
                name,
                wanted.description().orElse(""),
                access == Visibility.PUBLIC,
                Optional.empty(),
                Optional.empty(),
                OptionalLong.empty(),
                manifest.sha256());
        return desk.change(call, (tx, catalogue) -> {
            Intake begun = begin.importing(tx, call.caller(), asked, fileUrl);
            store.requireFree(tx, begun.id(), attributes);
            store.set(tx, begun.id(), attributes);
            return new ImageDesk.Done(
                    Envelope.pending(begun.id().toString()), "image " + begun.id() + " SHARE_PENDING");
        });
    }

    /** {@code GET /task/(id)/status}; tasks that ended at once had their answer then, and are not kept. */
    DialectAnswer status(DialectRequest request, Call call) throws InterruptedException {
        return Envelope.answer(ask(request.pathValue("id"), call));
    }

    private Reply ask(String task, Call call) throws InterruptedException {
        return desk.read((tx, catalogue) -> {
            Intake intake = intakes.find(tx, call.caller(), id(task));
            return switch (intake.state()) {
                case RECEIVING, CHECKING -> Envelope.pending(task);
                case DONE -> {
                    Image image = catalogue.visible(tx, call.caller(), intake.id());
                    yield Envelope.ended(task, new DanubeImage(image, store.of(tx, image)).json(false));
                }
                case FAILED ->
                    Envelope.failed(
                            task,
                            intake.error().map(problem -> problem.detail()).orElse("The import failed."));
            };
        });
    }

    private static ImageId id(String task) {
        try {
            return ImageId.parse(task);
        } catch (IllegalArgumentException e) {
            throw new ProblemException(ErrorCode.REQUEST_NOT_FOUND, "Task does not exist");
        }
    }

    private byte[] fetch(URI url) throws InterruptedException {
        try (Fetched fetched = manifests.open(url, 0, Optional.empty());
                InputStream content = fetched.content()) {
            byte[] text = content.readNBytes(LARGEST_MANIFEST + 1);
            if (text.length > LARGEST_MANIFEST) {
                throw Manifest.invalid("The image manifest has more than " + LARGEST_MANIFEST + " bytes.");
            }
            return text;
        } catch (SourceException | IOException e) {
            throw Manifest.invalid("Image manifest URL is unreachable (" + e.getMessage() + ").");
        }
    }

    private static URI fileOf(URI manifest) {
        String text = manifest.toString();
        return URI.create((text.endsWith("/") ? text.substring(0, text.length() - 1) : text) + "/file");
    }
}
