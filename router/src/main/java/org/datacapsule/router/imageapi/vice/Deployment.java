package org.datacapsule.router.imageapi.vice;

import io.vertx.core.json.JsonObject;
import java.util.Optional;
import java.util.UUID;
import org.datacapsule.common.id.ImageId;

/** An image that somebody brought to this cluster's hosts. */
record Deployment(UUID id, String owner, ImageId image, Optional<String> title, Optional<String> reference) {

    /** Without a reference of its owner's: what the image is called here. */
    JsonObject json() {
        JsonObject json = new JsonObject()
                .put("imageid", image.toString())
                .put("environmentId", Environment.OURS.id().toString())
                .put("id", id.toString());
        title.ifPresent(text -> json.put("title", text));
        return json.put("userid", owner).put("environmentReference", reference.orElseGet(image::toString));
    }
}
