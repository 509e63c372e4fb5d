package org.datacapsule.router.lineage;

import io.vertx.core.json.JsonObject;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.Tuple;
import java.time.OffsetDateTime;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Optional;
import org.datacapsule.common.capsule.CapsuleMode;
import org.datacapsule.common.capsule.CapsuleState;
import org.datacapsule.common.capsule.CapsuleStatus;
import org.datacapsule.common.error.ErrorCode;
import org.datacapsule.common.error.ProblemException;
import org.datacapsule.common.id.CapsuleId;
import org.datacapsule.common.id.ImageId;
import org.datacapsule.common.id.SnapshotId;
import org.datacapsule.router.database.Tx;
import org.jspecify.annotations.Nullable;

/**
 * Rows of disk files. One is written in the transaction that lets the file come to be, so before a host can make it; whether it is
 * tainted is settled then, by its kind and by what it is made from, and never changes.
 */
public final class LineageStore {

    /** An image that comes from outside. */
    public void image(Tx tx, ImageId image) throws InterruptedException {
        tx.update(
                "insert into file_lineage (kind, image_id, tainted) values ('IMAGE', $1, false)",
                Tuple.of(image.value()));
    }

    /**
     * An image that is made of the disk of the capsule, whose row is locked.
     *
     * @param snapshot of the disk, which the image is made of; the disk as it is now where there is none
     * @throws ProblemException {@link ErrorCode#IMAGE_TAINTED} when that is not known to be clean, or something of secure mode is
     *     not known to be gone
     */
    public void imageOfDisk(Tx tx, ImageId image, CapsuleId capsule, Optional<SnapshotId> snapshot)
            throws InterruptedException {
        String sql = """
                insert into file_lineage (kind, image_id, made_from, tainted)
                select 'IMAGE', $1, d.id, d.tainted from file_lineage d
                where d.capsule_id = $2 and d.gone_at is null and not d.tainted
                  and (($3::uuid is null and d.kind = 'DISK')
                       or d.id = (select lineage from snapshot where id = $3 and capsule_id = $2))
                  and not exists (select from file_lineage s where s.capsule_id = $2 and s.gone_at is null
                                  and s.kind in ('SECURE_OVERLAY', 'MEMORY'))
                """;
        Tuple arguments = Tuple.of(
                image.value(), capsule.value(), snapshot.map(SnapshotId::value).orElse(null));
        if (tx.update(sql, arguments) != 1) {
            throw new ProblemException(
                    ErrorCode.IMAGE_TAINTED,
                    "It is not known that nothing of secure mode is left of capsule " + capsule
                            + ", so no image is made of its disk. An operator sees its files at /v1/capsules/" + capsule
                            + "/lineage; a launch and a stop leave none.");
        }
    }

    /**
     * A snapshot that is taken of the disk of the capsule, whose row is locked; answers its number.
     *
     * @throws ProblemException {@link ErrorCode#SNAPSHOT_TAINTED} when that is not known to be clean, or something of secure mode
     *     is not known to be gone
     */
    public long snapshotOfDisk(Tx tx, CapsuleId capsule) throws InterruptedException {
        String sql = """
                insert into file_lineage (kind, capsule_id, made_from, tainted)
                select 'SNAPSHOT', $1, d.id, d.tainted from file_lineage d
                where d.capsule_id = $1 and d.kind = 'DISK' and d.gone_at is null and not d.tainted
                  and not exists (select from file_lineage s where s.capsule_id = $1 and s.gone_at is null
                                  and s.kind in ('SECURE_OVERLAY', 'MEMORY'))
                returning id
                """;
        return tx.first(sql, Tuple.of(capsule.value()), row -> row.getLong("id"))
                .orElseThrow(() -> new ProblemException(
                        ErrorCode.SNAPSHOT_TAINTED,
                        "It is not known that nothing of secure mode is left of capsule " + capsule
                                + ", so no snapshot is taken of its disk. An operator sees its files at /v1/capsules/"
                                + capsule + "/lineage; a launch and a stop leave none."));
    }

    /** The image is deleted. */
    public void gone(Tx tx, ImageId image) throws InterruptedException {
        tx.update(
                "update file_lineage set gone_at = now() where image_id = $1 and gone_at is null",
                Tuple.of(image.value()));
    }

    /** A new capsule's disk lies on the image. */
    public void disk(Tx tx, CapsuleId capsule, ImageId image) throws InterruptedException {
        String sql = """
                insert into file_lineage (kind, capsule_id, made_from, tainted)
                values ('DISK', $1, (select id from file_lineage where image_id = $2), false)
                """;
        tx.update(sql, Tuple.of(capsule.value(), image.value()));
    }

    /** The capsule is made from its image once more; what it had is out of reach. */
    public void diskAnew(Tx tx, CapsuleId capsule) throws InterruptedException {
        gone(tx, capsule, "");
        String sql = """
                insert into file_lineage (kind, capsule_id, made_from, tainted)
                select 'DISK', c.id, l.id, false from capsule c left join file_lineage l on l.image_id = c.image_id
                where c.id = $1
                """;
        tx.update(sql, Tuple.of(capsule.value()));
    }

    /** What the capsule's files are by its change of state. */
    public void moved(Tx tx, CapsuleId capsule, CapsuleStatus from, CapsuleStatus to) throws InterruptedException {
        if (to.mayBeSecure() && !from.mayBeSecure()) {
            entersSecure(tx, capsule);
        } else if (to.state() == CapsuleState.DELETED) {
            gone(tx, capsule, "");
        } else if (leavesNothingOfSecure(to) && mayHaveSomethingOfSecure(from)) {
            gone(tx, capsule, "and kind in ('SECURE_OVERLAY', 'MEMORY')");
        }
    }

    /**
     * These are what a host reports once it has dropped what there was. A guest that ended by itself leaves its overlay for some
     * seconds yet, in which its host makes no image.
     */
    private static boolean leavesNothingOfSecure(CapsuleStatus to) {
        return to.state() == CapsuleState.SHUTDOWN || to.equals(CapsuleStatus.running(CapsuleMode.MAINTENANCE));
    }

    private static boolean mayHaveSomethingOfSecure(CapsuleStatus from) {
        return switch (from.state()) {
            case CREATE_PENDING, IMAGE_SHARE_PENDING, SNAPSHOT_PENDING -> false;
            default -> true;
        };
    }

    private void entersSecure(Tx tx, CapsuleId capsule) throws InterruptedException {
        tx.update("""
                insert into file_lineage (kind, capsule_id, tainted) select 'SECURE_VOLUME', $1, true
                where not exists (select from file_lineage where capsule_id = $1 and kind = 'SECURE_VOLUME' and gone_at is null)
                """, Tuple.of(capsule.value()));
        tx.update("""
                insert into file_lineage (kind, capsule_id, made_from, exposed_to, exposed_at, tainted)
                select k.kind, $1,
                       (select max(id) from file_lineage where capsule_id = $1 and kind = 'DISK' and gone_at is null),
                       case when k.kind = 'SECURE_OVERLAY' then v.id end,
                       case when k.kind = 'SECURE_OVERLAY' then now() end, true
                from (values ('SECURE_OVERLAY'), ('MEMORY')) as k(kind)
                join file_lineage v on v.capsule_id = $1 and v.kind = 'SECURE_VOLUME' and v.gone_at is null
                where not exists (select from file_lineage l
                                  where l.capsule_id = $1 and l.kind = k.kind and l.gone_at is null)
                """, Tuple.of(capsule.value()));
    }

    private void gone(Tx tx, CapsuleId capsule, String which) throws InterruptedException {
        tx.update(
                "update file_lineage set gone_at = now() where capsule_id = $1 and gone_at is null " + which,
                Tuple.of(capsule.value()));
    }

    /** The capsule's files, all they were made from, and the images made of them; in the order they came to be. */
    List<JsonObject> of(Tx tx, CapsuleId capsule) throws InterruptedException {
        String sql = """
                with recursive up(id) as (
                    select id from file_lineage where capsule_id = $1
                    union select f.made_from from up join file_lineage f on f.id = up.id where f.made_from is not null)
                select f.* from file_lineage f
                where f.id in (select id from up)
                   or f.made_from in (select id from file_lineage where capsule_id = $1)
                order by f.id
                """;
        return tx.list(sql, Tuple.of(capsule.value()), LineageStore::json);
    }

    private static JsonObject json(Row row) {
        return new JsonObject()
                .put("file", row.getLong("id"))
                .put("kind", row.getString("kind"))
                .put("vmid", text(row.getUUID("capsule_id")))
                .put("imageId", text(row.getUUID("image_id")))
                .put("madeFrom", row.getLong("made_from"))
                .put("exposedTo", row.getLong("exposed_to"))
                .put("exposedAt", rfc3339(row.getOffsetDateTime("exposed_at")))
                .put("tainted", row.getBoolean("tainted"))
                .put("madeAt", rfc3339(row.getOffsetDateTime("made_at")))
                .put("goneAt", rfc3339(row.getOffsetDateTime("gone_at")));
    }

    private static @Nullable String text(@Nullable Object id) {
        return Optional.ofNullable(id).map(Object::toString).orElse(null);
    }

    private static @Nullable String rfc3339(@Nullable OffsetDateTime time) {
        return Optional.ofNullable(time)
                .map(at -> at.truncatedTo(ChronoUnit.MILLIS).toInstant().toString())
                .orElse(null);
    }
}
