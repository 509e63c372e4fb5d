package org.datacapsule.router.imageapi.zstack;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.datacapsule.common.error.ErrorCode;
import org.datacapsule.common.error.ProblemException;
import org.datacapsule.common.id.ImageId;
import org.datacapsule.router.http.Call;
import org.datacapsule.router.http.DialectAnswer;
import org.datacapsule.router.http.DialectRequest;
import org.datacapsule.router.http.Parameters;
import org.datacapsule.router.image.Image;
import org.datacapsule.router.image.ImageDesk;
import org.datacapsule.router.image.ImageStatus;

/** {@code /images}: query, delete, and what may follow a deletion: expunge or recover. */
final class ZstackImages {
    private static final List<String> FIELDS = List.of(
            "uuid",
            "name",
            "description",
            "state",
            "status",
            "size",
            "actualSize",
            "md5Sum",
            "url",
            "mediaType",
            "guestOsType",
            "type",
            "platform",
            "format",
            "system",
            "createDate",
            "lastOpDate",
            "backupStorageRefs");
    private static final List<String> STORAGE_FIELDS = List.of("uuid", "name", "type", "state", "status");
    private static final Set<String> ACTIONS = Set.of("expungeImage", "recoverImage");

    private final ImageDesk desk;
    private final Jobs jobs;

    ZstackImages(ImageDesk desk, Jobs jobs) {
        this.desk = desk;
        this.jobs = jobs;
    }

    DialectAnswer query(DialectRequest request, Call call) throws InterruptedException {
        List<JsonObject> rows = desk.read((tx, catalogue) -> catalogue.all(tx, call.caller())).stream()
                .filter(image -> image.status() != ImageStatus.DELETED)
                .map(Inventory::of)
                .toList();
        return DialectAnswer.json(200, Query.answer(request, FIELDS, rows));
    }

    DialectAnswer show(DialectRequest request, Call call) throws InterruptedException {
        Image image = desk.read((tx, catalogue) -> catalogue.visible(tx, call.caller(), id(request)));
        if (image.status() == ImageStatus.DELETED) {
            throw notFound(request);
        }
        return DialectAnswer.json(200, new JsonObject().put("inventories", new JsonArray().add(Inventory.of(image))));
    }

    DialectAnswer storages(DialectRequest request) {
        return DialectAnswer.json(200, Query.answer(request, STORAGE_FIELDS, List.of(Inventory.backupStorage())));
    }

    /** Permissive keeps the image recoverable; Enforcing expunges it. */
    DialectAnswer delete(DialectRequest request, Call call) throws InterruptedException {
        return jobs.run(request, call, (tx, catalogue) -> {
            JsonObject params = object(request.jsonIfAny(), "params");
            requireOurStorage(params, request.query("backupStorageUuids"));
            boolean forGood = isEnforcing(params, request.query("deleteMode"));
            ImageId id = catalogue.visible(tx, call.caller(), id(request)).id();
            catalogue.requestDelete(tx, call.caller(), id);
            if (forGood) {
                catalogue.deleteAsOperator(tx, call.caller(), id);
            }
            return Jobs.Outcome.of("image " + id + (forGood ? " DELETED" : " DELETE_PENDING"));
        });
    }

    DialectAnswer act(DialectRequest request, Call call) throws InterruptedException {
        return jobs.run(request, call, (tx, catalogue) -> {
            JsonObject body = request.json();
            String action = body.fieldNames().stream()
                    .filter(ACTIONS::contains)
                    .findFirst()
                    .orElseThrow(() -> Parameters.invalid("body", "must have one of " + String.join(", ", ACTIONS)));
            requireOurStorage(object(body, action), Optional.empty());
            ImageId id = catalogue.visible(tx, call.caller(), id(request)).id();
            Image image = action.equals("expungeImage")
                    ? catalogue.deleteAsOperator(tx, call.caller(), id)
                    : desk.recover(tx, call.caller(), id);
            return Jobs.Outcome.of("image " + id + " " + image.status());
        });
    }

    private static boolean isEnforcing(JsonObject params, Optional<String> queried) {
        Object mode = queried.<Object>map(text -> text).orElseGet(() -> params.getValue("deleteMode", "Permissive"));
        return switch (String.valueOf(mode)) {
            case "Permissive" -> false;
            case "Enforcing" -> true;
            default -> throw Parameters.invalid("deleteMode", "must be Permissive or Enforcing");
        };
    }

    /** All images are on the one storage there is; of another nothing can be taken. */
    private static void requireOurStorage(JsonObject params, Optional<String> queried) {
        Object named = params.getValue("backupStorageUuids");
        if (named != null && !(named instanceof JsonArray)) {
            throw Parameters.invalid("backupStorageUuids", "must be a list");
        }
        List<?> all = named instanceof JsonArray list
                ? list.getList()
                : queried.map(List::of).orElse(List.of());
        if (!all.isEmpty() && !all.contains(ZstackId.BACKUP_STORAGE)) {
            throw Parameters.invalid("backupStorageUuids", "there is one backup storage, " + ZstackId.BACKUP_STORAGE);
        }
    }

    private static JsonObject object(JsonObject body, String name) {
        Object value = body.getValue(name, new JsonObject());
        if (value instanceof JsonObject object) {
            return object;
        }
        throw Parameters.invalid(name, "must be an object");
    }

    private static ImageId id(DialectRequest request) {
        return ZstackId.image(request.pathValue("uuid")).orElseThrow(() -> notFound(request));
    }

    private static ProblemException notFound(DialectRequest request) {
        return new ProblemException(
                ErrorCode.IMAGE_NOT_FOUND, "There is no image of uuid " + request.pathValue("uuid") + ".");
    }
}
