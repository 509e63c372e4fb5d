package org.datacapsule.router.imageapi.vice;

import io.vertx.core.json.Json;
import io.vertx.core.json.JsonObject;
import java.util.Optional;
import org.datacapsule.router.image.Image;
import org.datacapsule.router.image.ImageStatus;

/** An image in the registry's words. */
record ViceImage(Image image, ImageExtras extras) {
    private static final String KEPT = "disk-qcow2";

    /** Whether a registry would still have it. */
    static boolean isThere(Image image) {
        return image.status() != ImageStatus.DELETE_PENDING && image.status() != ImageStatus.DELETED;
    }

    /** What its file is: whatever was brought, qcow2 once it is kept. */
    Optional<String> contentType() {
        return image.content().isPresent() ? Optional.of(KEPT) : extras.contentType();
    }

    JsonObject json() {
        JsonObject json = new JsonObject()
                .put("imagetype", "implicit")
                .put("imported", image.content().isPresent());
        extras.origin().ifPresent(environment -> json.put("originEnvironment", environment));
        json.put("id", image.id().toString()).put("title", image.name()).put("userid", image.owner());
        contentType().ifPresent(type -> json.put("contenttype", type));
        extras.reference().ifPresent(text -> json.put("environmentReference", text));
        extras.specifics().ifPresent(any -> json.put("specifics", Json.decodeValue(any)));
        return json;
    }
}
