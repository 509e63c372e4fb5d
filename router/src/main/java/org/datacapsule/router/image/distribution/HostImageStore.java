package org.datacapsule.router.image.distribution;

import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.Tuple;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import org.datacapsule.common.id.HostId;
import org.datacapsule.common.id.Sha256;
import org.datacapsule.common.wire.ImageOrders;
import org.datacapsule.common.wire.ImageSource;
import org.datacapsule.common.wire.ImageStock;
import org.datacapsule.router.database.Tx;

/** Rows of the images that hosts have, fetch, and find damaged. */
final class HostImageStore {
    /** Hosts are asked again with every heartbeat, so what is left over is named then. */
    private static final int ORDERS = 32;

    private static final int SOURCES = 8;

    /** Of host {@code h}: it is up, and capsules may be on it. */
    static final String COUNTS =
            "h.enabled and h.lease_until > now() and h.removed_at is null and h.fence_state is null";

    /** A copy that so many have found damaged is, whatever its owner thinks of it; one who finds so may be broken itself. */
    static final int ENOUGH = 2;

    /** What was found longer ago counts no more. */
    static final String RECENT = "f.found_at > now() - interval '1 day'";

    /** Of host {@code s} and content {@code c}: it has a copy that is thought good, and others can fetch it now. */
    static final String SERVES = """
            s.image_door_address is not null and s.lease_until > now() and s.removed_at is null and s.fence_state is null
            and (select count(*) from image_fault f
                 where f.sha256 = c.sha256 and f.source = s.id and %s) < %d
            """.formatted(RECENT, ENOUGH);

    /** Takes in what the host has; of a copy that is new nobody has found anything yet. */
    void setImages(Tx tx, HostId host, List<Sha256> images) throws InterruptedException {
        String[] content = images.stream().map(Sha256::hex).toArray(String[]::new);
        tx.update(
                "delete from host_image where host_id = $1 and not (sha256 = any ($2))",
                Tuple.of(host.value(), (Object) content));
        String add = """
                with come as (
                    insert into host_image (host_id, sha256) select $1, unnest($2::text[]) on conflict do nothing
                    returning sha256)
                delete from image_fault f using come where f.source = $1 and f.sha256 = come.sha256
                """;
        tx.update(add, Tuple.of(host.value(), (Object) content));
    }

    /** Takes in what is on its way to the host, and what does not come. */
    void setFetches(Tx tx, HostId host, ImageStock stock) throws InterruptedException {
        List<String> images = new ArrayList<>();
        List<Long> done = new ArrayList<>();
        List<Long> total = new ArrayList<>();
        List<String> failures = new ArrayList<>();
        for (ImageStock.Fetching fetching : stock.fetching()) {
            images.add(fetching.image().hex());
            done.add(fetching.done());
            total.add(fetching.total());
            failures.add("");
        }
        for (ImageStock.FailedFetch failed : stock.failed()) {
            if (!images.contains(failed.image().hex())) {
                images.add(failed.image().hex());
                done.add(0L);
                total.add(0L);
                failures.add(failed.why());
            }
        }
        tx.update(
                "delete from image_fetch where host_id = $1 and not (sha256 = any ($2))",
                Tuple.of(host.value(), (Object) images.toArray(String[]::new)));
        if (images.isEmpty()) {
            return;
        }
        String sql = """
                insert into image_fetch as f (host_id, sha256, done_bytes, total_bytes, failure, last_failure, failing_since)
                select $1, said.sha256, said.done, said.total, said.failure, said.failure,
                       case when said.failure is not null then now() end
                from (select sha256, done, total, nullif(failure, '') as failure
                      from unnest($2::text[], $3::bigint[], $4::bigint[], $5::text[]) as s(sha256, done, total, failure)) said
                on conflict (host_id, sha256) do update set done_bytes = excluded.done_bytes,
                    total_bytes = excluded.total_bytes, failure = excluded.failure,
                    last_failure = coalesce(excluded.failure, f.last_failure),
                    failing_since = coalesce(f.failing_since, excluded.failing_since)
                """;
        tx.update(
                sql,
                Tuple.of(
                        host.value(),
                        images.toArray(String[]::new),
                        done.toArray(Long[]::new),
                        total.toArray(Long[]::new),
                        failures.toArray(String[]::new)));
    }

    /**
     * What the host is to do: fetch what capsules can be made of, newest first, where anybody has it; remove what no image is
     * any more, but for while it makes one, of which nobody knows yet whether it is the same; look at what others found damaged.
     *
     * @param stored whether the image store has content
     */
    ImageOrders orders(Tx tx, HostId host, Predicate<Sha256> stored) throws InterruptedException {
        String sql = """
                select 'FETCH' as what, c.sha256, max(c.created_at) as at,
                       exists (select from host_image i join host s on s.id = i.host_id
                               where i.sha256 = c.sha256 and %s) as on_hosts
                from image c join host h on h.id = $1
                where c.status in ('ACTIVE', 'SHARE_PENDING') and c.sha256 is not null and h.enabled
                  and not exists (select from host_image i where i.host_id = $1 and i.sha256 = c.sha256)
                group by c.sha256
                union all
                select 'REMOVE', c.sha256, null, false
                from host_image c
                where c.host_id = $1 and exists (select from image i where i.sha256 = c.sha256)
                  and not exists (select from operation o where o.host_id = $1 and o.kind = 'SHARE_IMAGE'
                                  and o.state in ('QUEUED', 'RUNNING'))
                  and not exists (select from image i where i.sha256 = c.sha256 and i.status <> 'DELETED')
                  and not exists (select from capsule p join image i on i.id = p.image_id
                                  where i.sha256 = c.sha256 and p.host_id = $1 and p.state <> 'DELETED')
                union all
                select distinct 'VERIFY', c.sha256, null::timestamptz, false
                from image_fault c join host_image i on i.host_id = c.source and i.sha256 = c.sha256
                where c.source = $1 and c.found_at > now() - interval '1 hour'
                order by at desc
                """.formatted(SERVES);
        List<Sha256> fetch = new ArrayList<>();
        List<Sha256> remove = new ArrayList<>();
        List<Sha256> verify = new ArrayList<>();
        for (Row row : tx.list(sql, Tuple.of(host.value()), row -> row)) {
            Sha256 image = new Sha256(row.getString("sha256"));
            switch (row.getString("what")) {
                case "REMOVE" -> remove.add(image);
                case "VERIFY" -> verify.add(image);
                default -> {
                    if (fetch.size() < ORDERS && (row.getBoolean("on_hosts") || stored.test(image))) {
                        fetch.add(image);
                    }
                }
            }
        }
        return new ImageOrders(fetch, first(remove), first(verify));
    }

    private static List<Sha256> first(List<Sha256> images) {
        return images.subList(0, Math.min(ORDERS, images.size()));
    }

    /** Hosts the image can be fetched from; some of them, where there are many. */
    List<ImageSource> sources(Tx tx, Sha256 image, HostId asking) throws InterruptedException {
        String sql = """
                select s.id, s.image_door_address, s.image_door_port
                from host_image c join host s on s.id = c.host_id
                where c.sha256 = $1 and s.id <> $2 and %s
                  and not exists (select from image_fault f
                                  where f.sha256 = c.sha256 and f.source = s.id and f.found_by = $2 and %s)
                order by random() limit $3
                """.formatted(SERVES, RECENT);
        return tx.list(sql, Tuple.of(image.hex(), asking.value(), SOURCES), HostImageStore::source);
    }

    /** The same, for the image store. */
    List<ImageSource> sources(Tx tx, Sha256 image) throws InterruptedException {
        String sql = """
                select s.id, s.image_door_address, s.image_door_port
                from host_image c join host s on s.id = c.host_id
                where c.sha256 = $1 and %s
                order by random() limit $2
                """.formatted(SERVES);
        return tx.list(sql, Tuple.of(image.hex(), SOURCES), HostImageStore::source);
    }

    private static ImageSource source(Row row) {
        return new ImageSource(
                row.getString("id"), row.getString("image_door_address"), row.getInteger("image_door_port"));
    }

    /** Whether what the image store has is thought good, by all and by this host. */
    boolean isStoreGood(Tx tx, Sha256 image, HostId asking) throws InterruptedException {
        String sql = """
                select count(*) < %d and count(*) filter (where f.found_by = $2) = 0 as good
                from image_fault f where f.sha256 = $1 and f.source = '' and %s
                """.formatted(ENOUGH, RECENT);
        return tx.first(sql, Tuple.of(image.hex(), asking.value()), row -> row.getBoolean("good"))
                .orElse(true);
    }

    /** A host says that a source, a host or a router with the store, gave something else. */
    void found(Tx tx, Sha256 image, String source, HostId by) throws InterruptedException {
        String sql = """
                insert into image_fault (sha256, source, found_by)
                values ($1, coalesce((select id from host where id = $2), ''), $3)
                on conflict (sha256, source, found_by) do update set found_at = now()
                """;
        tx.update(sql, Tuple.of(image.hex(), source, by.value()));
    }
}
