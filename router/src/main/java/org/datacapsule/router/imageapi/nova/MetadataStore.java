package org.datacapsule.router.imageapi.nova;

import io.vertx.sqlclient.Tuple;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.UUID;
import org.datacapsule.common.id.ImageId;
import org.datacapsule.router.database.Tx;
import org.datacapsule.router.image.Image;

/** Rows of images' metadata. */
final class MetadataStore {

    private record Item(ImageId image, String key, String value) {}

    SortedMap<String, String> of(Tx tx, ImageId image) throws InterruptedException {
        SortedMap<String, String> items = new TreeMap<>();
        tx.list(
                        "select key, value from image_metadata where image_id = $1",
                        Tuple.of(image.value()),
                        row -> Map.entry(row.getString("key"), row.getString("value")))
                .forEach(item -> items.put(item.getKey(), item.getValue()));
        return items;
    }

    /** Of several images; one without metadata is not among them. */
    Map<ImageId, SortedMap<String, String>> of(Tx tx, List<Image> images) throws InterruptedException {
        UUID[] ids = images.stream().map(image -> image.id().value()).toArray(UUID[]::new);
        Map<ImageId, SortedMap<String, String>> found = new HashMap<>();
        tx.list(
                        "select image_id, key, value from image_metadata where image_id = any($1)",
                        Tuple.of((Object) ids),
                        row -> new Item(
                                new ImageId(row.getUUID("image_id")), row.getString("key"), row.getString("value")))
                .forEach(item -> found.computeIfAbsent(item.image(), first -> new TreeMap<>())
                        .put(item.key(), item.value()));
        return found;
    }

    void set(Tx tx, ImageId image, Map<String, String> items) throws InterruptedException {
        String sql = """
                insert into image_metadata (image_id, key, value) select $1, key, value
                from unnest($2::text[], $3::text[]) as item (key, value)
                on conflict (image_id, key) do update set value = excluded.value
                """;
        String[] keys = items.keySet().toArray(String[]::new);
        String[] values = items.values().toArray(String[]::new);
        tx.update(sql, Tuple.of(image.value(), keys, values));
    }

    void clear(Tx tx, ImageId image) throws InterruptedException {
        tx.update("delete from image_metadata where image_id = $1", Tuple.of(image.value()));
    }

    /** Answers whether there was such an item. */
    boolean remove(Tx tx, ImageId image, String key) throws InterruptedException {
        return tx.update("delete from image_metadata where image_id = $1 and key = $2", Tuple.of(image.value(), key))
                == 1;
    }
}
