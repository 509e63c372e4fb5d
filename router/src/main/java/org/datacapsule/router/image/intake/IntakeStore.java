package org.datacapsule.router.image.intake;

import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.Tuple;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.UUID;
import org.datacapsule.common.error.Problem;
import org.datacapsule.common.id.ImageId;
import org.datacapsule.common.id.Sha256;
import org.datacapsule.common.wire.WireJson;
import org.datacapsule.router.database.Tx;
import org.datacapsule.router.image.inspect.ImageFormat;

/** Rows of files on their way to be images. A claim holds for a while, unless it is renewed, and keeps all others out. */
final class IntakeStore {
    private static final String INTAKE = """
            select id, name, owner, source, validator, format, size_bytes, sha256, received, state, error, attempts,
                   created_at, expires_at
            from image_intake
            """;

    /** Answers whether there was none of that id. */
    boolean insert(Tx tx, ImageId id, String owner, NewIntake asked, Optional<URI> source, Duration life)
            throws InterruptedException {
        String sql = """
                insert into image_intake (id, name, owner, source, format, size_bytes, sha256, state, expires_at)
                values ($1, $2, $3, $4, $5, $6, $7, 'RECEIVING', now() + $8 * interval '1 millisecond')
                on conflict (id) do nothing
                """;
        return tx.update(
                        sql,
                        Tuple.of(
                                id.value(),
                                asked.name(),
                                owner,
                                source.map(URI::toString).orElse(null),
                                asked.format().map(ImageFormat::wireName).orElse(null),
                                asked.sizeBytes().isPresent()
                                        ? asked.sizeBytes().getAsLong()
                                        : null,
                                asked.sha256().map(Sha256::hex).orElse(null),
                                life.toMillis()))
                == 1;
    }

    Optional<Intake> find(Tx tx, ImageId id) throws InterruptedException {
        return tx.first(INTAKE + "where id = $1", Tuple.of(id.value()), IntakeStore::intake);
    }

    Optional<Intake> lock(Tx tx, ImageId id) throws InterruptedException {
        return tx.first(INTAKE + "where id = $1 for update", Tuple.of(id.value()), IntakeStore::intake);
    }

    /** What the source of an import had said; nothing before it said anything. */
    Optional<String> validator(Tx tx, ImageId id) throws InterruptedException {
        return tx.first(
                "select validator from image_intake where id = $1 and validator is not null",
                Tuple.of(id.value()),
                row -> row.getString("validator"));
    }

    /** Bytes that are still to come, all together. */
    long awaitedBytes(Tx tx) throws InterruptedException {
        String sql = """
                select coalesce(sum(size_bytes - received), 0)::bigint as bytes
                from image_intake where state = 'RECEIVING' and size_bytes is not null
                """;
        return tx.first(sql, Tuple.tuple(), row -> row.getLong("bytes")).orElse(0L);
    }

    /** Makes this work the one that goes on with it; not while another does. */
    boolean claim(Tx tx, ImageId id, UUID work, Duration lease) throws InterruptedException {
        String sql = """
                update image_intake set claim = $2, claimed_until = now() + $3 * interval '1 millisecond'
                where id = $1 and (claimed_until is null or claimed_until < now())
                """;
        return tx.update(sql, Tuple.of(id.value(), work, lease.toMillis())) == 1;
    }

    /** The import, or the file to be looked at, that has been due for longest. */
    Optional<Intake> claimNext(Tx tx, IntakeState state, UUID work, Duration lease) throws InterruptedException {
        String sql = """
                update image_intake set claim = $1, claimed_until = now() + $2 * interval '1 millisecond'
                where id = (
                    select id from image_intake
                    where state = $3 and next_at <= now() and (state = 'CHECKING' or source is not null)
                      and expires_at > now() and (claimed_until is null or claimed_until < now())
                    order by next_at limit 1 for update skip locked)
                returning id, name, owner, source, validator, format, size_bytes, sha256, received, state, error, attempts,
                          created_at, expires_at
                """;
        return tx.first(sql, Tuple.of(work, lease.toMillis(), state.name()), IntakeStore::intake);
    }

    /** @return whether the claim was still held */
    boolean renew(Tx tx, ImageId id, UUID work, Duration lease) throws InterruptedException {
        String sql = """
                update image_intake set claimed_until = now() + $3 * interval '1 millisecond'
                where id = $1 and claim = $2 and state in ('RECEIVING', 'CHECKING')
                """;
        return tx.update(sql, Tuple.of(id.value(), work, lease.toMillis())) == 1;
    }

    void release(Tx tx, ImageId id, UUID work) throws InterruptedException {
        tx.update(
                "update image_intake set claim = null, claimed_until = null where id = $1 and claim = $2",
                Tuple.of(id.value(), work));
    }

    /**
     * Notes that so many bytes are held for good; an upload's life begins anew.
     *
     * @return whether the claim was still held
     */
    boolean received(Tx tx, ImageId id, UUID work, long bytes, Duration life) throws InterruptedException {
        String sql = """
                update image_intake
                set received = $3,
                    expires_at = case when source is null then now() + $4 * interval '1 millisecond' else expires_at end
                where id = $1 and claim = $2 and state = 'RECEIVING'
                """;
        return tx.update(sql, Tuple.of(id.value(), work, bytes, life.toMillis())) == 1;
    }

    /** Notes what an import's source says its file is. */
    void sourceSays(Tx tx, ImageId id, OptionalLong total, Optional<String> validator) throws InterruptedException {
        tx.update(
                "update image_intake set size_bytes = $2, validator = $3 where id = $1",
                Tuple.of(id.value(), total.isPresent() ? total.getAsLong() : null, validator.orElse(null)));
    }

    /**
     * All bytes are there.
     *
     * @param life how long they may wait to be looked at
     */
    void whole(Tx tx, ImageId id, UUID work, long bytes, Duration life) throws InterruptedException {
        String sql = """
                update image_intake
                set state = 'CHECKING', received = $3, size_bytes = $3, attempts = 0, next_at = now(),
                    expires_at = now() + $4 * interval '1 millisecond', claim = null, claimed_until = null
                where id = $1 and claim = $2 and state = 'RECEIVING'
                """;
        tx.update(sql, Tuple.of(id.value(), work, bytes, life.toMillis()));
    }

    /** It did not work out this time and is tried again, later each time. */
    void again(Tx tx, ImageId id, UUID work) throws InterruptedException {
        String sql = """
                update image_intake
                set attempts = attempts + 1, next_at = now() + least(power(2, attempts), 300) * interval '1 second',
                    claim = null, claimed_until = null
                where id = $1 and claim = $2
                """;
        tx.update(sql, Tuple.of(id.value(), work));
    }

    int attempts(Tx tx, ImageId id) throws InterruptedException {
        return tx.first(
                        "select attempts from image_intake where id = $1",
                        Tuple.of(id.value()),
                        row -> row.getInteger("attempts"))
                .orElse(0);
    }

    void done(Tx tx, ImageId id) throws InterruptedException {
        tx.update(
                "update image_intake set state = 'DONE', ended_at = now(), claim = null, claimed_until = null where id = $1",
                Tuple.of(id.value()));
    }

    void failed(Tx tx, ImageId id, Problem problem) throws InterruptedException {
        tx.update("""
                update image_intake set state = 'FAILED', error = $2, ended_at = now(), claim = null, claimed_until = null
                where id = $1
                """, Tuple.of(id.value(), WireJson.text(problem)));
    }

    /** One whose time is over and that nobody works on; other routers skip it. */
    Optional<Intake> lockExpired(Tx tx) throws InterruptedException {
        String sql = INTAKE + """
                where state in ('RECEIVING', 'CHECKING') and expires_at <= now()
                  and (claimed_until is null or claimed_until < now())
                order by expires_at limit 1 for update skip locked
                """;
        return tx.first(sql, Tuple.tuple(), IntakeStore::intake);
    }

    /** Forgets what ended so long ago. */
    void purge(Tx tx, Duration age) throws InterruptedException {
        tx.update(
                "delete from image_intake where ended_at < now() - $1 * interval '1 millisecond'",
                Tuple.of(age.toMillis()));
    }

    /** All that the user began and can still be asked for, the newest first. */
    List<Intake> of(Tx tx, String owner) throws InterruptedException {
        return tx.list(INTAKE + "where owner = $1 order by created_at desc, id", Tuple.of(owner), IntakeStore::intake);
    }

    private static Intake intake(Row row) {
        Long size = row.getLong("size_bytes");
        return new Intake(
                new ImageId(row.getUUID("id")),
                row.getString("name"),
                row.getString("owner"),
                Optional.ofNullable(row.getString("source")).map(URI::create),
                Optional.ofNullable(row.getString("format")).map(ImageFormat::parse),
                size == null ? OptionalLong.empty() : OptionalLong.of(size),
                Optional.ofNullable(row.getString("sha256")).map(Sha256::new),
                row.getLong("received"),
                IntakeState.valueOf(row.getString("state")),
                Optional.ofNullable(row.getString("error")).map(text -> WireJson.read(text, Problem.class)),
                row.getOffsetDateTime("created_at"),
                row.getOffsetDateTime("expires_at"));
    }
}
