package org.datacapsule.router.imageapi.nova;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Locale;
import java.util.Map;

/**
 * Images as Nova writes them.
 *
 * @param origin where clients find the service
 * @param version the part of the path that names the version, such as {@code v2.1}
 */
record NovaJson(String origin, String version) {
    private static final DateTimeFormatter TIME = DateTimeFormatter.ofPattern("uuuu-MM-dd'T'HH:mm:ss'Z'", Locale.ROOT);

    JsonObject brief(NovaImage image) {
        String id = image.image().id().toString();
        return new JsonObject().put("id", id).put("name", image.image().name()).put("links", links(id));
    }

    JsonObject full(NovaImage image) {
        JsonObject json = new JsonObject()
                .put("id", image.image().id().toString())
                .put("name", image.image().name())
                .put("minRam", 0)
                .put("minDisk", 0)
                .put("metadata", metadata(image.metadata()))
                .put("created", time(image.image().createdAt()))
                .put("updated", time(image.image().updatedAt()))
                .put("status", image.status())
                .put("progress", image.progress())
                .put(
                        "OS-EXT-IMG-SIZE:size",
                        image.image().sizeBytes().isPresent()
                                ? image.image().sizeBytes().getAsLong()
                                : null);
        String diskConfig = image.metadata().get("auto_disk_config");
        if (diskConfig != null) {
            json.put("OS-DCF:diskConfig", isTrue(diskConfig) ? "AUTO" : "MANUAL");
        }
        image.server().ifPresent(server -> json.put("server", server(server)));
        return json.put("links", links(image.image().id().toString()));
    }

    static JsonObject metadata(Map<String, String> items) {
        JsonObject json = new JsonObject();
        items.forEach(json::put);
        return json;
    }

    private JsonObject server(String id) {
        return new JsonObject()
                .put("id", id)
                .put(
                        "links",
                        new JsonArray()
                                .add(link("self", origin + "/" + version + "/servers/" + id))
                                .add(link("bookmark", origin + "/servers/" + id)));
    }

    /** The alternate of Nova is the image at Glance; ours is the image in the capsule API. */
    private JsonArray links(String id) {
        return new JsonArray()
                .add(link("self", origin + "/" + version + "/images/" + id))
                .add(link("bookmark", origin + "/images/" + id))
                .add(link("alternate", origin + "/getimage?imageId=" + id)
                        .put("type", "application/vnd.openstack.image"));
    }

    static JsonObject link(String rel, String href) {
        return new JsonObject().put("rel", rel).put("href", href);
    }

    private static String time(OffsetDateTime time) {
        return time.withOffsetSameInstant(ZoneOffset.UTC).format(TIME);
    }

    /** The words that OpenStack takes for true. */
    private static boolean isTrue(String text) {
        return switch (text.strip().toLowerCase(Locale.ROOT)) {
            case "true", "t", "1", "on", "y", "yes" -> true;
            default -> false;
        };
    }
}
