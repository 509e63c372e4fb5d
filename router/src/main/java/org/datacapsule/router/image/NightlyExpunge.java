package org.datacapsule.router.image;

import io.vertx.sqlclient.Tuple;
import java.time.Duration;
import java.time.LocalTime;
import java.util.Optional;
import org.datacapsule.router.audit.AuditLog;
import org.datacapsule.router.database.Database;
import org.datacapsule.router.database.Tx;
import org.datacapsule.router.work.Loop;

/** Once a night, by one of the routers: images whose deletion was requested go (seed 000, "Image Deletion Process"). */
public final class NightlyExpunge {
    private static final Duration LOOK = Duration.ofMinutes(1);

    private final Database database;
    private final Catalogue catalogue;
    private final AuditLog audit;
    private final LocalTime at;

    private NightlyExpunge(Database database, ImageStore images, AuditLog audit, LocalTime at) {
        this.database = database;
        this.catalogue = new Catalogue(images);
        this.audit = audit;
        this.at = at;
    }

    /** @return the loop that does it, where the configuration names a time */
    public static Optional<Loop> start(Database database, ImageStore images, AuditLog audit, ImageConfig config) {
        return config.expungeAt()
                .map(at -> Loop.start("image-expunge", LOOK, new NightlyExpunge(database, images, audit, at)::look));
    }

    private boolean look() throws InterruptedException {
        return database.transaction(tx -> {
            if (!isFirstTonight(tx)) {
                return false;
            }
            Catalogue.Expunged expunged = catalogue.expunge(tx);
            if (!expunged.deleted().isEmpty() || !expunged.waiting().isEmpty()) {
                audit.noted(
                        tx,
                        "system:expunge",
                        "expunge",
                        "expungeImages",
                        Optional.empty(),
                        "deleted " + expunged.deleted() + ", waiting " + expunged.waiting());
            }
            return false;
        });
    }

    private boolean isFirstTonight(Tx tx) throws InterruptedException {
        String sql = """
                update image_expunge set last_night = (now() at time zone 'UTC')::date
                where last_night < (now() at time zone 'UTC')::date and (now() at time zone 'UTC')::time >= $1
                """;
        return tx.update(sql, Tuple.of(at)) == 1;
    }
}
