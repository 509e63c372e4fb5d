package org.datacapsule.router.image;

import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.Tuple;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import org.datacapsule.common.id.ImageId;
import org.datacapsule.common.id.Sha256;
import org.datacapsule.router.database.Tx;

/** Rows of the catalogue. */
public final class ImageStore {
    private static final String COLUMNS =
            "id, name, description, is_public, owner, status, sha256, size_bytes, login_user_name, created_at, updated_at";

    /** Adds an image; answers false when the name is taken. */
    boolean insert(Tx tx, NewImage image) throws InterruptedException {
        String sql = """
                insert into image (id, name, description, is_public, owner, status, sha256, size_bytes, login_user_name)
                values ($1, $2, $3, $4, $5, $6, $7, $8, $9)
                on conflict (name) where status <> 'DELETED' do nothing
                """;
        return tx.update(
                        sql,
                        Tuple.of(
                                image.id().value(),
                                image.name(),
                                image.description(),
                                image.isPublic(),
                                image.owner(),
                                "ACTIVE",
                                image.content().hex(),
                                image.sizeBytes().isPresent()
                                        ? image.sizeBytes().getAsLong()
                                        : null,
                                image.loginUserName().orElse(null)))
                == 1;
    }

    Optional<Image> find(Tx tx, ImageId id) throws InterruptedException {
        return tx.first("select " + COLUMNS + " from image where id = $1", Tuple.of(id.value()), ImageStore::image);
    }

    /** An image this user may make capsules from: active, and public or their own. */
    public Optional<Image> usable(Tx tx, ImageId id, String user) throws InterruptedException {
        String sql = "select " + COLUMNS
                + " from image where id = $1 and status = 'ACTIVE' and (is_public or owner = $2) for key share";
        return tx.first(sql, Tuple.of(id.value(), user), ImageStore::image);
    }

    List<Image> usable(Tx tx, String user) throws InterruptedException {
        String sql = "select " + COLUMNS
                + " from image where status = 'ACTIVE' and (is_public or owner = $1) order by created_at, id";
        return tx.list(sql, Tuple.of(user), ImageStore::image);
    }

    private static Image image(Row row) {
        Long size = row.getLong("size_bytes");
        return new Image(
                new ImageId(row.getUUID("id")),
                row.getString("name"),
                row.getString("description"),
                row.getBoolean("is_public"),
                row.getString("owner"),
                row.getString("status"),
                new Sha256(row.getString("sha256")),
                size == null ? OptionalLong.empty() : OptionalLong.of(size),
                Optional.ofNullable(row.getString("login_user_name")),
                row.getOffsetDateTime("created_at"),
                row.getOffsetDateTime("updated_at"));
    }
}
