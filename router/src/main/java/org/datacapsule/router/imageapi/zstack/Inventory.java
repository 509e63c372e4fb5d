package org.datacapsule.router.imageapi.zstack;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.time.OffsetDateTime;
import java.time.temporal.ChronoUnit;
import java.util.Optional;
import org.datacapsule.router.image.Image;
import org.jspecify.annotations.Nullable;

/** Images as ZStack writes them. */
final class Inventory {

    private Inventory() {}

    static JsonObject of(Image image) {
        return of(image, Optional.empty());
    }

    /** @param url where its content was fetched from, as far as that is still known */
    static JsonObject of(Image image, Optional<String> url) {
        String uuid = ZstackId.of(image.id().value());
        String created = time(image.createdAt());
        String changed = time(image.updatedAt());
        JsonObject where = new JsonObject()
                .put("id", 0)
                .put("imageUuid", uuid)
                .put("backupStorageUuid", ZstackId.BACKUP_STORAGE)
                .put("installPath", image.path().orElse(null))
                .put("status", status(image))
                .put("createDate", created)
                .put("lastOpDate", changed);
        return new JsonObject()
                .put("uuid", uuid)
                .put("name", image.name())
                .put("description", image.description())
                .put("state", isUsable(image) ? "Enabled" : "Disabled")
                .put("status", status(image))
                .put("size", size(image))
                .put("actualSize", size(image))
                .putNull("md5Sum")
                .put("url", url.orElse(null))
                .put("mediaType", "RootVolumeTemplate")
                .putNull("guestOsType")
                .put("type", "zstack")
                .put("platform", "Linux")
                .put("format", "qcow2")
                .put("system", false)
                .put("createDate", created)
                .put("lastOpDate", changed)
                .put("backupStorageRefs", new JsonArray().add(where));
    }

    static JsonObject backupStorage() {
        return new JsonObject()
                .put("uuid", ZstackId.BACKUP_STORAGE)
                .put("name", "images")
                .put("type", "ImageStoreBackupStorage")
                .put("state", "Enabled")
                .put("status", "Connected");
    }

    private static String status(Image image) {
        return switch (image.status()) {
            case SHARE_PENDING, ERROR -> "Downloading";
            case ACTIVE -> "Ready";
            case DELETE_PENDING, DELETED -> "Deleted";
        };
    }

    private static boolean isUsable(Image image) {
        return switch (image.status()) {
            case ACTIVE, SHARE_PENDING -> true;
            case DELETE_PENDING, DELETED, ERROR -> false;
        };
    }

    private static @Nullable Long size(Image image) {
        return image.sizeBytes().isPresent() ? image.sizeBytes().getAsLong() : null;
    }

    private static String time(OffsetDateTime time) {
        return time.toInstant().truncatedTo(ChronoUnit.MILLIS).toString();
    }
}
