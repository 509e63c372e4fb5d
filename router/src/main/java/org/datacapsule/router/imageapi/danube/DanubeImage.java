package org.datacapsule.router.imageapi.danube;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.time.temporal.ChronoUnit;
import org.datacapsule.router.image.Image;
import org.datacapsule.router.image.ImageStatus;

/** An image in Danube Cloud's words. */
record DanubeImage(Image image, Attributes attributes) {
    private static final int OK = 1;
    private static final int PENDING = 2;
    private static final int LINUX = 1;
    private static final long MEGABYTE = 1 << 20;

    /** The one datacenter there is: the cluster. */
    private static final String DATACENTER = "main";

    JsonObject json(boolean extended) {
        JsonObject json = new JsonObject()
                .put("name", image.name())
                .put("uuid", image.id().toString())
                .put("alias", attributes.alias())
                .put("version", attributes.version())
                .put("owner", image.owner())
                .put("access", Visibility.of(image).number())
                .put("desc", image.description())
                .put("ostype", LINUX)
                .put(
                        "size",
                        image.sizeBytes().isPresent()
                                ? Math.ceilDiv(image.sizeBytes().getAsLong(), MEGABYTE)
                                : null)
                .put("resize", attributes.resize())
                .put("deploy", attributes.deploy())
                .put("tags", new JsonArray(attributes.tags()))
                .put("status", isPending() ? PENDING : OK)
                .put(
                        "created",
                        image.createdAt()
                                .toInstant()
                                .truncatedTo(ChronoUnit.MICROS)
                                .toString())
                .put("dc_bound", attributes.isBound());
        if (extended) {
            json.put("dcs", new JsonArray().add(DATACENTER));
        }
        return json;
    }

    private boolean isPending() {
        return image.status() == ImageStatus.SHARE_PENDING || image.status() == ImageStatus.ERROR;
    }
}
