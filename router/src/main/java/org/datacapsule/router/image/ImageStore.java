package org.datacapsule.router.image;

import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.Tuple;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import org.datacapsule.common.error.ErrorCode;
import org.datacapsule.common.error.ProblemException;
import org.datacapsule.common.id.CapsuleId;
import org.datacapsule.common.id.ImageId;
import org.datacapsule.common.id.OperationId;
import org.datacapsule.common.id.Sha256;
import org.datacapsule.common.id.SnapshotId;
import org.datacapsule.common.wire.MadeImage;
import org.datacapsule.router.database.Tx;
import org.datacapsule.router.lineage.LineageStore;

/** Rows of the catalogue. */
public final class ImageStore {
    private final LineageStore lineage = new LineageStore();

    /** Hosts keep their images where their own configuration says; the first of them speaks for all. */
    private static final String IMAGE = """
            select i.id, i.name, i.description, i.is_public, i.owner, i.status, i.sha256, i.size_bytes,
                   i.login_user_name, i.source_capsule, i.error, i.created_at, i.updated_at,
                   (select h.image_directory || '/' || i.sha256 || '.qcow2'
                    from host_image hi join host h on h.id = hi.host_id
                    where hi.sha256 = i.sha256 and h.image_directory is not null order by h.id limit 1) as path
            from image i
            """;

    /** Adds an image whose name is held and free. */
    void insert(Tx tx, NewImage image) throws InterruptedException {
        String sql = """
                insert into image (id, name, description, is_public, owner, status, sha256, size_bytes, login_user_name)
                values ($1, $2, $3, $4, $5, $6, $7, $8, $9)
                """;
        tx.update(
                sql,
                Tuple.of(
                        image.id().value(),
                        image.name(),
                        image.description(),
                        image.isPublic(),
                        image.owner(),
                        ImageStatus.ACTIVE.name(),
                        image.content().hex(),
                        image.sizeBytes().isPresent() ? image.sizeBytes().getAsLong() : null,
                        image.loginUserName().orElse(null)));
        lineage.image(tx, image.id());
    }

    /**
     * An image whose content is still to come.
     *
     * @param source of which capsule's disk it is made, if it is made of one
     */
    public record Reserved(
            ImageId id,
            String name,
            String description,
            boolean isPublic,
            String owner,
            Optional<String> loginUserName,
            Optional<Source> source) {

        /** Of a file that a user brings. */
        public Reserved(
                ImageId id,
                String name,
                String description,
                boolean isPublic,
                String owner,
                Optional<String> loginUserName) {
            this(id, name, description, isPublic, owner, loginUserName, Optional.empty());
        }
    }

    /**
     * What an image is made of.
     *
     * @param snapshot of the capsule's disk; the disk as it is now where there is none
     */
    public record Source(CapsuleId capsule, Optional<SnapshotId> snapshot) {}

    /** Whether there is or was an image of that id. */
    public boolean isKnown(Tx tx, ImageId id) throws InterruptedException {
        return find(tx, id).isPresent();
    }

    /**
     * Adds an image without content, whose name is held and free. A capsule it is made from is locked.
     *
     * @throws ProblemException {@link ErrorCode#IMAGE_TAINTED} when something of secure mode could get into it
     */
    public void reserve(Tx tx, Reserved image) throws InterruptedException {
        String sql = """
                insert into image (id, name, description, is_public, owner, status, login_user_name, source_capsule)
                values ($1, $2, $3, $4, $5, 'SHARE_PENDING', $6, $7)
                """;
        tx.update(
                sql,
                Tuple.of(
                        image.id().value(),
                        image.name(),
                        image.description(),
                        image.isPublic(),
                        image.owner(),
                        image.loginUserName().orElse(null),
                        image.source().map(it -> it.capsule().value()).orElse(null)));
        if (image.source().isEmpty()) {
            lineage.image(tx, image.id());
        } else {
            Source source = image.source().get();
            lineage.imageOfDisk(tx, image.id(), source.capsule(), source.snapshot());
        }
    }

    /** The operation makes the image's content; it is given up with the operation. */
    public void madeBy(Tx tx, ImageId id, OperationId operation, Duration atMost) throws InterruptedException {
        String sql = """
                update image set share_operation = $2, pending_until = now() + $3 * interval '1 millisecond' where id = $1
                """;
        tx.update(sql, Tuple.of(id.value(), operation.value(), atMost.toMillis()));
    }

    /** Whether the operation makes, or made, an image's content; one that only takes the place of another does not. */
    public boolean isMadeBy(Tx tx, OperationId operation) throws InterruptedException {
        return tx.first("select 1 from image where share_operation = $1", Tuple.of(operation.value()), row -> true)
                .orElse(false);
    }

    /**
     * A host has made the content. One that was given up meanwhile stays in ERROR, and its content is known, so that it goes from
     * the host once the image is deleted.
     *
     * @param atMost how long it may be on hosts only that are away
     */
    public void shared(Tx tx, OperationId operation, MadeImage made, Duration atMost) throws InterruptedException {
        String sql = """
                update image set sha256 = $2, size_bytes = $3, updated_at = now(),
                    pending_until = now() + $4 * interval '1 millisecond'
                where share_operation = $1 and sha256 is null
                """;
        tx.update(sql, Tuple.of(operation.value(), made.image().hex(), made.bytes(), atMost.toMillis()));
    }

    /** The operation is over, and the image it was to make is not there. Does nothing for one that makes none. */
    public void shareFailed(Tx tx, OperationId operation, String why) throws InterruptedException {
        String sql = """
                update image set status = 'ERROR', error = $2, updated_at = now()
                where share_operation = $1 and status = 'SHARE_PENDING' and sha256 is null
                """;
        tx.update(sql, Tuple.of(operation.value(), why));
    }

    /** The content of an image that was reserved is kept from now on; it can be brought to the hosts. */
    public void setContent(Tx tx, ImageId id, Sha256 content, OptionalLong bytes) throws InterruptedException {
        tx.update(
                "update image set sha256 = $2, size_bytes = $3, updated_at = now() where id = $1",
                Tuple.of(id.value(), content.hex(), bytes.isPresent() ? bytes.getAsLong() : null));
    }

    /** Nobody else takes this content for an image, or drops it as content of none, until the transaction ends. */
    public void holdContent(Tx tx, Sha256 content) throws InterruptedException {
        tx.update("select pg_advisory_xact_lock(hashtextextended('image-content ' || $1, 0))", Tuple.of(content.hex()));
    }

    /** Whether an image has this content, or had it and the store is still to be cleaned of it. */
    public boolean needsContent(Tx tx, Sha256 content) throws InterruptedException {
        return tx.first(
                        "select 1 from image where sha256 = $1 and not content_gone limit 1",
                        Tuple.of(content.hex()),
                        row -> true)
                .orElse(false);
    }

    /** Forgets an image that was reserved and never had content. */
    public void giveUp(Tx tx, ImageId id) throws InterruptedException {
        tx.update("delete from image where id = $1 and sha256 is null", Tuple.of(id.value()));
    }

    public Optional<Image> find(Tx tx, ImageId id) throws InterruptedException {
        return tx.first(IMAGE + "where i.id = $1", Tuple.of(id.value()), ImageStore::image);
    }

    Optional<Image> find(Tx tx, String name) throws InterruptedException {
        return tx.first(IMAGE + "where i.name = $1 and i.status <> 'DELETED'", Tuple.of(name), ImageStore::image);
    }

    /** The image of that id, and nobody changes it, or begins to make a capsule from it, until the transaction ends. */
    Optional<Image> lock(Tx tx, ImageId id) throws InterruptedException {
        return tx.first(IMAGE + "where i.id = $1 for update of i", Tuple.of(id.value()), ImageStore::image);
    }

    /** An image this user may make capsules from: active, and public or their own. */
    public Optional<Image> usable(Tx tx, ImageId id, String user) throws InterruptedException {
        String sql =
                IMAGE + "where i.id = $1 and i.status = 'ACTIVE' and (i.is_public or i.owner = $2) for key share of i";
        return tx.first(sql, Tuple.of(id.value(), user), ImageStore::image);
    }

    List<Image> usable(Tx tx, String user) throws InterruptedException {
        String sql = IMAGE + "where i.status = 'ACTIVE' and (i.is_public or i.owner = $1) order by i.created_at, i.id";
        return tx.list(sql, Tuple.of(user), ImageStore::image);
    }

    /** What the user may see, whatever its state. */
    List<Image> visible(Tx tx, String user) throws InterruptedException {
        String sql = IMAGE + "where i.is_public or i.owner = $1 order by i.created_at, i.id";
        return tx.list(sql, Tuple.of(user), ImageStore::image);
    }

    List<Image> all(Tx tx) throws InterruptedException {
        return tx.list(IMAGE + "order by i.created_at, i.id", Tuple.tuple(), ImageStore::image);
    }

    /** The user's own that can be used or will be. */
    List<Image> own(Tx tx, String user) throws InterruptedException {
        String sql =
                IMAGE + "where i.owner = $1 and i.status in ('ACTIVE', 'SHARE_PENDING') order by i.created_at, i.id";
        return tx.list(sql, Tuple.of(user), ImageStore::image);
    }

    /** Images that are to be deleted, oldest request first. */
    List<ImageId> deletePending(Tx tx) throws InterruptedException {
        return tx.list(
                "select id from image where status = 'DELETE_PENDING' order by updated_at, id",
                Tuple.tuple(),
                row -> new ImageId(row.getUUID("id")));
    }

    /** Nobody else takes or gives up this name until the transaction ends. */
    void holdName(Tx tx, String name) throws InterruptedException {
        tx.update("select pg_advisory_xact_lock(hashtextextended('image-name ' || $1, 0))", Tuple.of(name));
    }

    boolean nameIsFree(Tx tx, String name) throws InterruptedException {
        return tx.first("select 1 from image where name = $1 and status <> 'DELETED'", Tuple.of(name), row -> false)
                .orElse(true);
    }

    /** Whether a capsule is being made from it: its disk is still on the way. */
    boolean isBeingCopied(Tx tx, ImageId id) throws InterruptedException {
        return tx.first(
                        "select 1 from capsule where image_id = $1 and state = 'CREATE_PENDING' limit 1",
                        Tuple.of(id.value()),
                        row -> true)
                .orElse(false);
    }

    boolean isUsed(Tx tx, ImageId id) throws InterruptedException {
        return tx.first(
                        "select 1 from capsule where image_id = $1 and state <> 'DELETED' limit 1",
                        Tuple.of(id.value()),
                        row -> true)
                .orElse(false);
    }

    void setStatus(Tx tx, ImageId id, ImageStatus status) throws InterruptedException {
        tx.update(
                "update image set status = $2, updated_at = now() where id = $1", Tuple.of(id.value(), status.name()));
        if (status == ImageStatus.DELETED) {
            lineage.gone(tx, id);
        }
    }

    /** Sets DELETE_PENDING and keeps what the image was until then. */
    void requestDelete(Tx tx, ImageId id) throws InterruptedException {
        tx.update(
                "update image set deleted_from = status, status = 'DELETE_PENDING', updated_at = now() where id = $1",
                Tuple.of(id.value()));
    }

    /** Whether the image could be used when its deletion was requested. */
    boolean wasActive(Tx tx, ImageId id) throws InterruptedException {
        return tx.first(
                        "select 1 from image where id = $1 and deleted_from = 'ACTIVE'",
                        Tuple.of(id.value()),
                        row -> true)
                .orElse(false);
    }

    void touch(Tx tx, ImageId id) throws InterruptedException {
        tx.update("update image set updated_at = now() where id = $1", Tuple.of(id.value()));
    }

    void describe(Tx tx, ImageId id, String name, String description, boolean isPublic) throws InterruptedException {
        tx.update(
                "update image set name = $2, description = $3, is_public = $4, updated_at = now() where id = $1",
                Tuple.of(id.value(), name, description, isPublic));
    }

    private static Image image(Row row) {
        Long size = row.getLong("size_bytes");
        return new Image(
                new ImageId(row.getUUID("id")),
                row.getString("name"),
                row.getString("description"),
                row.getBoolean("is_public"),
                row.getString("owner"),
                ImageStatus.valueOf(row.getString("status")),
                Optional.ofNullable(row.getString("sha256")).map(Sha256::new),
                size == null ? OptionalLong.empty() : OptionalLong.of(size),
                Optional.ofNullable(row.getString("path")),
                Optional.ofNullable(row.getString("login_user_name")),
                Optional.ofNullable(row.getUUID("source_capsule")),
                Optional.ofNullable(row.getString("error")),
                row.getOffsetDateTime("created_at"),
                row.getOffsetDateTime("updated_at"));
    }
}
