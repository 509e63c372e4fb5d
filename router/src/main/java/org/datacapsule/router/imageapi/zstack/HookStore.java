package org.datacapsule.router.imageapi.zstack;

import io.vertx.sqlclient.Tuple;
import java.net.URI;
import java.time.Duration;
import java.util.Optional;
import org.datacapsule.router.database.Tx;

/** Rows of what is to be told where. */
final class HookStore {

    /**
     * An end that somebody wants to hear of.
     *
     * @param owner of the job
     * @param attempts that were made to tell it
     */
    record Hook(String job, String owner, URI url, int attempts) {}

    void insert(Tx tx, String job, URI url) throws InterruptedException {
        tx.update("insert into image_api_hook (job, url) values ($1, $2)", Tuple.of(job, url.toString()));
    }

    /** One that is due; nobody else takes it for the time of the lease. */
    Optional<Hook> take(Tx tx, Duration lease) throws InterruptedException {
        String sql = """
                update image_api_hook h set next_at = now() + $1 * interval '1 millisecond'
                from image_api_job j
                where j.id = h.job and h.job = (
                    select job from image_api_hook where next_at <= now() order by next_at limit 1 for update skip locked)
                returning h.job, j.owner, h.url, h.attempts
                """;
        return tx.first(
                sql,
                Tuple.of(lease.toMillis()),
                row -> new Hook(
                        row.getString("job"),
                        row.getString("owner"),
                        URI.create(row.getString("url")),
                        row.getInteger("attempts")));
    }

    /** It is looked at again after that time. */
    void again(Tx tx, String job, int attempts, Duration pause) throws InterruptedException {
        tx.update(
                "update image_api_hook set attempts = $2, next_at = now() + $3 * interval '1 millisecond' where job = $1",
                Tuple.of(job, attempts, pause.toMillis()));
    }

    void delete(Tx tx, String job) throws InterruptedException {
        tx.update("delete from image_api_hook where job = $1", Tuple.of(job));
    }
}
