package org.datacapsule.router.image;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.time.OffsetDateTime;
import java.time.temporal.ChronoUnit;
import java.util.List;
import org.datacapsule.common.id.Sha256;
import org.datacapsule.router.http.SeedTime;

/** Images as JSON: as the seed has them, and as /v1 has them. */
public final class ImageJson {
    private ImageJson() {}

    /** The seed's fields in its order; a password is never known here, so it is always null. */
    public static JsonObject seed(Image image) {
        return new JsonObject()
                .put("imageId", image.id().toString())
                .put("updatedAt", SeedTime.text(image.updatedAt()))
                .put("imageDescription", image.description())
                .put("loginUserName", image.loginUserName().orElse(null))
                .putNull("loginPassWord")
                .put("createdAt", SeedTime.text(image.createdAt()))
                .put("public", image.isPublic())
                .put("imageStatus", image.status().name())
                .put("sourceVM", image.sourceCapsule().map(Object::toString).orElse(null))
                .put("imageName", image.name())
                .put("imagePath", image.path().orElse(null))
                .put("owner", image.owner());
    }

    static JsonObject seed(List<Image> images) {
        JsonArray list = new JsonArray();
        images.forEach(image -> list.add(seed(image)));
        return new JsonObject().put("imageInfo", list);
    }

    static JsonObject v1(Image image) {
        return new JsonObject()
                .put("imageId", image.id().toString())
                .put("imageName", image.name())
                .put("imageDescription", image.description())
                .put("public", image.isPublic())
                .put("owner", image.owner())
                .put("imageStatus", image.status().name())
                .put("sha256", image.content().map(Sha256::hex).orElse(null))
                .put(
                        "sizeBytes",
                        image.sizeBytes().isPresent() ? image.sizeBytes().getAsLong() : null)
                .put("loginUserName", image.loginUserName().orElse(null))
                .put("sourceVM", image.sourceCapsule().map(Object::toString).orElse(null))
                .put("error", image.error().orElse(null))
                .put("createdAt", rfc3339(image.createdAt()))
                .put("updatedAt", rfc3339(image.updatedAt()));
    }

    private static String rfc3339(OffsetDateTime time) {
        return time.truncatedTo(ChronoUnit.MILLIS).toInstant().toString();
    }
}
