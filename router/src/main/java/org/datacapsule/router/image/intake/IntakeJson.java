package org.datacapsule.router.image.intake;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.net.URI;
import java.time.OffsetDateTime;
import java.time.temporal.ChronoUnit;
import java.util.List;
import org.datacapsule.common.id.Sha256;
import org.datacapsule.router.image.inspect.ImageFormat;

/** Uploads and imports as the API shows them. */
final class IntakeJson {

    private IntakeJson() {}

    static JsonObject of(Intake intake) {
        return new JsonObject()
                .put("imageId", intake.id().toString())
                .put("imageName", intake.name())
                .put("owner", intake.owner())
                .put("state", intake.state().name())
                .put("receivedBytes", intake.received())
                .put(
                        "sizeBytes",
                        intake.sizeBytes().isPresent() ? intake.sizeBytes().getAsLong() : null)
                .put("format", intake.format().map(ImageFormat::wireName).orElse(null))
                .put("sha256", intake.sha256().map(Sha256::hex).orElse(null))
                .put("url", intake.source().map(URI::toString).orElse(null))
                .put(
                        "error",
                        intake.error()
                                .map(problem -> new JsonObject()
                                        .put("code", problem.code().slug())
                                        .put("description", problem.detail()))
                                .orElse(null))
                .put("createdAt", rfc3339(intake.createdAt()))
                .put("expiresAt", rfc3339(intake.expiresAt()));
    }

    static JsonObject of(String name, List<Intake> intakes) {
        JsonArray list = new JsonArray();
        intakes.forEach(intake -> list.add(of(intake)));
        return new JsonObject().put(name, list);
    }

    private static String rfc3339(OffsetDateTime time) {
        return time.truncatedTo(ChronoUnit.MILLIS).toInstant().toString();
    }
}
