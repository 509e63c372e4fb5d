package org.datacapsule.router.imageapi.zstack;

import io.vertx.core.json.JsonObject;
import io.vertx.sqlclient.Tuple;
import java.util.Optional;
import org.datacapsule.common.id.ImageId;
import org.datacapsule.router.database.Tx;

/** Rows of jobs; they are kept for a day. */
final class JobStore {

    /**
     * How a job ended.
     *
     * @param importing the import that it lasts as long as
     */
    record Ended(int status, JsonObject body, Optional<ImageId> importing) {}

    /** Answers whether there was no job of that id. */
    boolean insert(Tx tx, String id, String owner, Ended ended) throws InterruptedException {
        tx.update("delete from image_api_job where created_at < now() - interval '1 day'", Tuple.tuple());
        String sql = """
                insert into image_api_job (id, owner, status, body, import_id) values ($1, $2, $3, $4, $5)
                on conflict (id) do nothing
                """;
        return tx.update(
                        sql,
                        Tuple.of(
                                id,
                                owner,
                                ended.status(),
                                ended.body().encode(),
                                ended.importing().map(ImageId::value).orElse(null)))
                == 1;
    }

    /** The job of that id, where it is this owner's. */
    Optional<Ended> find(Tx tx, String id, String owner) throws InterruptedException {
        return tx.first(
                "select status, body, import_id from image_api_job where id = $1 and owner = $2",
                Tuple.of(id, owner),
                row -> new Ended(
                        row.getInteger("status"),
                        new JsonObject(row.getString("body")),
                        Optional.ofNullable(row.getUUID("import_id")).map(ImageId::new)));
    }
}
