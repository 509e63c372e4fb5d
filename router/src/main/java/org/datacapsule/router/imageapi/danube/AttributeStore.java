package org.datacapsule.router.imageapi.danube;

import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.Tuple;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.datacapsule.common.id.ImageId;
import org.datacapsule.router.database.Tx;
import org.datacapsule.router.http.Parameters;
import org.datacapsule.router.image.Image;

/** Rows of images' attributes; an image without a row has the plain ones. */
final class AttributeStore {

    private record Found(ImageId image, Attributes attributes) {}

    Attributes of(Tx tx, Image image) throws InterruptedException {
        return of(tx, List.of(image)).getOrDefault(image.id(), Attributes.plain(image));
    }

    /** Those that have a row. */
    Map<ImageId, Attributes> of(Tx tx, List<Image> images) throws InterruptedException {
        String sql = """
                select image_id, alias, version, resize, deploy, tags, dc_bound from image_danube where image_id = any($1)
                """;
        UUID[] ids = images.stream().map(image -> image.id().value()).toArray(UUID[]::new);
        Map<ImageId, Attributes> found = new HashMap<>();
        tx.list(sql, Tuple.of((Object) ids), AttributeStore::found)
                .forEach(each -> found.put(each.image(), each.attributes()));
        return found;
    }

    /** Takes alias and version until the transaction ends, or says that they are another image's. */
    void requireFree(Tx tx, ImageId image, Attributes attributes) throws InterruptedException {
        tx.update("select pg_advisory_xact_lock(hashtextextended('image-alias', 0))", Tuple.tuple());
        if (!isFree(tx, image, attributes.alias(), attributes.version())) {
            throw Parameters.invalid(
                    "alias", "This alias is already in use. Please supply a different alias or version.");
        }
    }

    /** Whether no other image that is there has this alias, in any letter case, and this version. */
    private static boolean isFree(Tx tx, ImageId image, String alias, String version) throws InterruptedException {
        String sql = """
                select 1 from image i left join image_danube d on d.image_id = i.id
                where i.id <> $1 and i.status <> 'DELETED' and lower(coalesce(d.alias, i.name)) = lower($2)
                      and coalesce(d.version, '1.0') = $3
                limit 1
                """;
        return tx.first(sql, Tuple.of(image.value(), alias, version), row -> false)
                .orElse(true);
    }

    void set(Tx tx, ImageId image, Attributes attributes) throws InterruptedException {
        String sql = """
                insert into image_danube (image_id, alias, version, resize, deploy, tags, dc_bound)
                values ($1, $2, $3, $4, $5, $6, $7)
                on conflict (image_id) do update set alias = excluded.alias, version = excluded.version,
                    resize = excluded.resize, deploy = excluded.deploy, tags = excluded.tags, dc_bound = excluded.dc_bound
                """;
        tx.update(sql, Tuple.from(new Object[] {
            image.value(),
            attributes.alias(),
            attributes.version(),
            attributes.resize(),
            attributes.deploy(),
            attributes.tags().toArray(String[]::new),
            attributes.isBound()
        }));
    }

    private static Found found(Row row) {
        return new Found(
                new ImageId(row.getUUID("image_id")),
                new Attributes(
                        row.getString("alias"),
                        row.getString("version"),
                        row.getBoolean("resize"),
                        row.getBoolean("deploy"),
                        List.of(row.getArrayOfStrings("tags")),
                        row.getBoolean("dc_bound")));
    }
}
