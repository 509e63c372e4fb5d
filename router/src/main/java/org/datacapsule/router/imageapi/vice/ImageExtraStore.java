package org.datacapsule.router.imageapi.vice;

import io.vertx.core.json.JsonObject;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.Tuple;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.datacapsule.common.id.ImageId;
import org.datacapsule.router.database.Tx;
import org.datacapsule.router.image.Image;

/** Rows of what is said of images; an image without a row has nothing said of it. */
final class ImageExtraStore {

    private record Found(ImageId image, ImageExtras extras) {}

    ImageExtras of(Tx tx, Image image) throws InterruptedException {
        return of(tx, List.of(image)).getOrDefault(image.id(), ImageExtras.NONE);
    }

    /** Those that have a row. */
    Map<ImageId, ImageExtras> of(Tx tx, List<Image> images) throws InterruptedException {
        String sql = """
                select image_id, content_type, origin, reference, specifics from vice_image where image_id = any($1)
                """;
        UUID[] ids = images.stream().map(image -> image.id().value()).toArray(UUID[]::new);
        Map<ImageId, ImageExtras> found = new HashMap<>();
        tx.list(sql, Tuple.of((Object) ids), ImageExtraStore::found)
                .forEach(each -> found.put(each.image(), each.extras()));
        return found;
    }

    void set(Tx tx, ImageId image, ImageExtras extras) throws InterruptedException {
        String sql = """
                insert into vice_image (image_id, content_type, origin, reference, specifics) values ($1, $2, $3, $4, $5)
                on conflict (image_id) do update set content_type = excluded.content_type, origin = excluded.origin,
                    reference = excluded.reference, specifics = excluded.specifics
                """;
        tx.update(
                sql,
                Tuple.of(
                        image.value(),
                        extras.contentType().orElse(null),
                        extras.origin().map(JsonObject::encode).orElse(null),
                        extras.reference().orElse(null),
                        extras.specifics().orElse(null)));
    }

    private static Found found(Row row) {
        return new Found(
                new ImageId(row.getUUID("image_id")),
                new ImageExtras(
                        Optional.ofNullable(row.getString("content_type")),
                        Optional.ofNullable(row.getString("origin")).map(JsonObject::new),
                        Optional.ofNullable(row.getString("reference")),
                        Optional.ofNullable(row.getString("specifics"))));
    }
}
