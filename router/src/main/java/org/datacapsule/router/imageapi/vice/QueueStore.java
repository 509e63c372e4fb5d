package org.datacapsule.router.imageapi.vice;

import io.vertx.sqlclient.Tuple;
import org.datacapsule.router.database.Tx;

/** Counts what waits, or is on its way, in all of the cluster. */
final class QueueStore {

    /**
     * How much there is to do.
     *
     * @param imports files to be fetched from a URL
     * @param exports images on their way to hosts
     * @param stores files that are there and to be looked at
     */
    record Queues(int imports, int exports, int stores) {}

    Queues count(Tx tx) throws InterruptedException {
        String sql = """
                select (select count(*)::int from image_intake where state = 'RECEIVING' and source is not null) as imports,
                       (select count(*)::int from image_fetch where failure is null) as exports,
                       (select count(*)::int from image_intake where state = 'CHECKING') as stores
                """;
        return tx.first(
                        sql,
                        Tuple.tuple(),
                        row -> new Queues(
                                row.getInteger("imports"), row.getInteger("exports"), row.getInteger("stores")))
                .orElseThrow();
    }
}
