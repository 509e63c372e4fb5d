package org.datacapsule.router.imageapi.zstack;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.Optional;
import java.util.OptionalLong;
import org.datacapsule.common.id.ImageId;
import org.datacapsule.router.http.Call;
import org.datacapsule.router.http.DialectAnswer;
import org.datacapsule.router.http.DialectRequest;
import org.datacapsule.router.http.Parameters;
import org.datacapsule.router.image.inspect.ImageFormat;
import org.datacapsule.router.image.intake.BeginIntake;
import org.datacapsule.router.image.intake.Intake;
import org.datacapsule.router.image.intake.NewIntake;

/** {@code POST /images}: the catalogue's import from a URL, as a job that lasts until the image has its content. */
final class AddImage {
    private static final int LONGEST_NAME = 255;
    private static final int LONGEST_DESCRIPTION = 2048;

    private final Jobs jobs;
    private final BeginIntake begin;

    AddImage(Jobs jobs, BeginIntake begin) {
        this.jobs = jobs;
        this.begin = begin;
    }

    DialectAnswer add(DialectRequest request, Call call) throws InterruptedException {
        return jobs.run(request, call, (tx, catalogue) -> {
            JsonObject params = params(request);
            Intake begun = begin.importing(tx, call.caller(), id(params), asked(params), url(params));
            return Jobs.Outcome.of("image " + begun.id() + " SHARE_PENDING", begun.id());
        });
    }

    private static JsonObject params(DialectRequest request) {
        if (request.json().getValue("params") instanceof JsonObject params) {
            return params;
        }
        throw Parameters.invalid("params", "must be an object");
    }

    private static NewIntake asked(JsonObject params) {
        requireOneOf(params, "mediaType", "RootVolumeTemplate");
        requireOneOf(params, "platform", "Linux");
        if (Boolean.TRUE.equals(params.getValue("system"))) {
            throw Parameters.invalid("system", "there are no images of the system itself");
        }
        if (!(params.getValue("backupStorageUuids") instanceof JsonArray storages)
                || !storages.contains(ZstackId.BACKUP_STORAGE)) {
            throw Parameters.invalid(
                    "backupStorageUuids", "must be the list of the one backup storage, " + ZstackId.BACKUP_STORAGE);
        }
        return new NewIntake(
                text(params, "name", LONGEST_NAME).orElseThrow(() -> Parameters.invalid("name", "is required")),
                text(params, "description", LONGEST_DESCRIPTION).orElse(""),
                false,
                Optional.empty(),
                Optional.of(format(params)),
                OptionalLong.empty(),
                Optional.empty());
    }

    /** The client's choice, or one of ours. */
    private static ImageId id(JsonObject params) {
        return text(params, "resourceUuid", LONGEST_NAME)
                .map(uuid -> ZstackId.image(uuid)
                        .orElseThrow(() -> Parameters.invalid("resourceUuid", "must be 32 hex digits in lower case")))
                .orElseGet(ImageId::random);
    }

    private static ImageFormat format(JsonObject params) {
        try {
            return ImageFormat.parse(text(params, "format", LONGEST_NAME)
                    .orElseThrow(() -> Parameters.invalid("format", "is required")));
        } catch (IllegalArgumentException e) {
            throw Parameters.invalid("format", "must be qcow2, raw or vmdk");
        }
    }

    private static URI url(JsonObject params) {
        try {
            return new URI(text(params, "url", LONGEST_DESCRIPTION)
                    .orElseThrow(() -> Parameters.invalid("url", "is required")));
        } catch (URISyntaxException e) {
            throw Parameters.invalid("url", "is not an address such as https://cloud.example.org/disk.qcow2");
        }
    }

    private static Optional<String> text(JsonObject params, String name, int longest) {
        Object value = params.getValue(name);
        if (value == null) {
            return Optional.empty();
        }
        if (!(value instanceof String text) || text.isBlank() || text.length() > longest || hasControl(text)) {
            throw Parameters.invalid(name, "must be text of 1 to " + longest + " characters in one line");
        }
        return Optional.of(text);
    }

    private static boolean hasControl(String text) {
        return text.chars().anyMatch(Character::isISOControl);
    }

    /** What this has not is refused rather than passed over: the image would not be what was asked for. */
    private static void requireOneOf(JsonObject params, String name, String only) {
        Object value = params.getValue(name, only);
        if (!only.equals(value)) {
            throw Parameters.invalid(name, "must be " + only);
        }
    }
}
