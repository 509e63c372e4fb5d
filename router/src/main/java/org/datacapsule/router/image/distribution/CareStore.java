package org.datacapsule.router.image.distribution;

import io.vertx.sqlclient.Tuple;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.datacapsule.common.id.ImageId;
import org.datacapsule.common.id.Sha256;
import org.datacapsule.router.database.Tx;

/** Rows of images that something has to be done about, because of what hosts have. */
final class CareStore {

    /** So long one host that cannot fetch an image is waited for by all others; it tries again after ten minutes at most. */
    private static final String PATIENCE = "interval '10 minutes'";

    /**
     * An image that capsules can be made of from now on.
     *
     * @param without hosts that could not fetch it, and why; empty where there are none
     */
    record Activated(ImageId image, Optional<String> without) {}

    /**
     * Makes those active that every enabled host which is up has, or has said for some time that it cannot get; one of them has it.
     */
    List<Activated> activate(Tx tx) throws InterruptedException {
        String lacks = "%s and not exists (select from host_image i where i.host_id = h.id and i.sha256 = c.sha256)"
                .formatted(HostImageStore.COUNTS);
        String sql = """
                update image c set status = 'ACTIVE', updated_at = now()
                where c.status = 'SHARE_PENDING' and c.sha256 is not null
                  and exists (select from host h join host_image i on i.host_id = h.id and i.sha256 = c.sha256 where %s)
                  and not exists (select from host h where %s and not exists (
                      select from image_fetch f where f.host_id = h.id and f.sha256 = c.sha256
                        and f.failing_since < now() - %s))
                returning c.id, (select string_agg(h.id || ': ' || f.last_failure, '; ' order by h.id)
                                 from host h join image_fetch f on f.host_id = h.id and f.sha256 = c.sha256
                                 where %s) as without
                """.formatted(HostImageStore.COUNTS, lacks, PATIENCE, lacks);
        return tx.list(
                sql,
                Tuple.tuple(),
                row -> new Activated(new ImageId(row.getUUID("id")), Optional.ofNullable(row.getString("without"))));
    }

    /** An image of a capsule whose time to get to other hosts is over. */
    record Overdue(ImageId image, Sha256 content) {}

    /** Those that no host which is up has. */
    List<Overdue> overdue(Tx tx) throws InterruptedException {
        String sql = """
                select c.id, c.sha256 from image c
                where c.status = 'SHARE_PENDING' and c.pending_until < now() and c.sha256 is not null
                  and not exists (select from host_image i join host h on h.id = i.host_id
                                  where i.sha256 = c.sha256 and h.lease_until > now() and h.removed_at is null
                                    and h.fence_state is null)
                """;
        return tx.list(
                sql,
                Tuple.tuple(),
                row -> new Overdue(new ImageId(row.getUUID("id")), new Sha256(row.getString("sha256"))));
    }

    /** Writes down that the only copies are away; answers whether that was still to be said. */
    boolean giveUp(Tx tx, Overdue overdue) throws InterruptedException {
        String sql = """
                update image c set status = 'ERROR', updated_at = now(), error = coalesce(
                    'Its file is only on hosts that are away: '
                        || (select string_agg(i.host_id, ', ' order by i.host_id) from host_image i where i.sha256 = c.sha256),
                    'No host has its file any more') || '. Make the image again.'
                where c.id = $1 and c.status = 'SHARE_PENDING'
                """;
        return tx.update(sql, Tuple.of(overdue.image().value())) == 1;
    }

    /** Content of which somebody has found a copy damaged lately. */
    List<Sha256> suspected(Tx tx) throws InterruptedException {
        return tx.list(
                "select distinct f.sha256 from image_fault f where " + HostImageStore.RECENT,
                Tuple.tuple(),
                row -> new Sha256(row.getString("sha256")));
    }

    /** Whether a host, up or not, has a copy that is thought good. */
    boolean hasGoodCopy(Tx tx, Sha256 image) throws InterruptedException {
        String sql = """
                select from host_image c where c.sha256 = $1
                  and (select count(*) from image_fault f
                       where f.sha256 = c.sha256 and f.source = c.host_id and %s) < %d
                limit 1
                """.formatted(HostImageStore.RECENT, HostImageStore.ENOUGH);
        return tx.first(sql, Tuple.of(image.hex()), row -> true).orElse(false);
    }

    /** How many have found the store's copy damaged lately. */
    int foundInStore(Tx tx, Sha256 image) throws InterruptedException {
        return tx.first(
                        "select count(*)::int as found from image_fault f where f.sha256 = $1 and f.source = '' and "
                                + HostImageStore.RECENT,
                        Tuple.of(image.hex()),
                        row -> row.getInteger("found"))
                .orElse(0);
    }

    /** Writes down that there is no good copy of this content any more; answers of which images it was. */
    List<ImageId> spoil(Tx tx, Sha256 image) throws InterruptedException {
        String sql = """
                update image c set status = 'ERROR', updated_at = now(), error = 'Every copy of its file is damaged: '
                    || (select string_agg(found.words, '; ' order by found.words) from (
                            select case when f.source = '' then 'that of the image store' else 'that of host ' || f.source end
                                   || ', as found by ' || string_agg(f.found_by, ', ' order by f.found_by) as words
                            from image_fault f where f.sha256 = $1 and %s group by f.source) found)
                where c.sha256 = $1 and c.status in ('ACTIVE', 'SHARE_PENDING')
                returning c.id
                """.formatted(HostImageStore.RECENT);
        return tx.list(sql, Tuple.of(image.hex()), row -> new ImageId(row.getUUID("id")));
    }

    /** A deleted image whose content may still be in the store. */
    record Leftover(UUID image, Sha256 content) {}

    /** Nothing lies on these any more. */
    List<Leftover> leftovers(Tx tx) throws InterruptedException {
        String sql = """
                select c.id, c.sha256 from image c
                where c.status = 'DELETED' and not c.content_gone and c.sha256 is not null
                  and not exists (select from image o where o.sha256 = c.sha256 and o.status <> 'DELETED')
                  and not exists (select from capsule p join image o on o.id = p.image_id
                                  where o.sha256 = c.sha256 and p.state <> 'DELETED')
                order by c.updated_at limit 100
                """;
        return tx.list(sql, Tuple.tuple(), row -> new Leftover(row.getUUID("id"), new Sha256(row.getString("sha256"))));
    }

    void contentIsGone(Tx tx, Leftover leftover) throws InterruptedException {
        tx.update("update image set content_gone = true where id = $1", Tuple.of(leftover.image()));
    }
}
