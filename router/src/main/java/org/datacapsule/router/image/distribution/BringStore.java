package org.datacapsule.router.image.distribution;

import io.vertx.sqlclient.Tuple;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import org.datacapsule.common.id.ImageId;
import org.datacapsule.common.id.Sha256;
import org.datacapsule.router.database.Tx;

/** Rows of images of capsules that the image store is to have, and of who brings them there. */
final class BringStore {
    private static final String WANTED = "status in ('SHARE_PENDING', 'ACTIVE') and share_operation is not null";

    /** An image of a capsule, and its content. */
    record Wanted(ImageId image, Sha256 content) {}

    /** Of which nobody has seen the file in the store, that can be had of a host, and that nobody else brings; oldest first. */
    List<Wanted> wanted(Tx tx, UUID by) throws InterruptedException {
        String sql = """
                select c.id, c.sha256 from image c
                where %s and c.sha256 is not null and not c.in_store
                  and (c.store_claim_until is null or c.store_claim_until < now() or c.store_claim = $1)
                  and exists (select from host_image i join host s on s.id = i.host_id
                              where i.sha256 = c.sha256 and %s)
                order by c.created_at, c.id
                """.formatted(WANTED, HostImageStore.SERVES);
        return tx.list(
                sql,
                Tuple.of(by),
                row -> new Wanted(new ImageId(row.getUUID("id")), new Sha256(row.getString("sha256"))));
    }

    /** Nobody else brings it for so long; answers false where somebody does, or it is not wanted any more. */
    boolean claim(Tx tx, Wanted wanted, UUID by, Duration time) throws InterruptedException {
        String sql = """
                update image set store_claim = $2, store_claim_until = now() + $3 * interval '1 millisecond'
                where id = $1 and %s
                  and (store_claim_until is null or store_claim_until < now() or store_claim = $2)
                """.formatted(WANTED);
        return tx.update(sql, Tuple.of(wanted.image().value(), by, time.toMillis())) == 1;
    }

    /** The store has its file; it is not asked for this image again. */
    void stored(Tx tx, ImageId image) throws InterruptedException {
        tx.update(
                "update image set in_store = true, store_claim = null, store_claim_until = null where id = $1",
                Tuple.of(image.value()));
    }

    /** What the store has is not known any more. */
    void forget(Tx tx) throws InterruptedException {
        tx.update("update image set in_store = false where in_store", Tuple.tuple());
    }

    /** The store has this content no more. */
    void lost(Tx tx, Sha256 content) throws InterruptedException {
        tx.update("update image set in_store = false where in_store and sha256 = $1", Tuple.of(content.hex()));
    }
}
