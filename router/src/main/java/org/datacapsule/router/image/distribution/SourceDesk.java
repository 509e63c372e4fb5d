package org.datacapsule.router.image.distribution;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import org.datacapsule.common.id.Sha256;
import org.datacapsule.common.wire.ImageAnswer;
import org.datacapsule.common.wire.ImageQuestion;
import org.datacapsule.common.wire.ImageSource;
import org.datacapsule.router.database.Database;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Tells hosts where they can fetch an image, and hears whose copies are damaged. */
final class SourceDesk {
    private static final Logger LOG = LoggerFactory.getLogger(SourceDesk.class);

    private final Database database;
    private final HostImageStore rows = new HostImageStore();
    private final Predicate<Sha256> stored;
    private final Optional<ImageSource> door;

    /** @param door at which the store's images can be fetched from this router */
    SourceDesk(Database database, Predicate<Sha256> stored, Optional<ImageSource> door) {
        this.database = database;
        this.stored = stored;
        this.door = door;
    }

    ImageAnswer answer(ImageQuestion question) throws InterruptedException {
        for (String source : question.damaged()) {
            LOG.atWarn()
                    .addKeyValue("hostId", question.host())
                    .addKeyValue("image", question.image())
                    .addKeyValue("source", source)
                    .log("a host found an image damaged that it fetched");
        }
        return database.transaction(tx -> {
            for (String source : question.damaged()) {
                rows.found(tx, question.image(), source, question.host());
            }
            List<ImageSource> sources = new ArrayList<>(rows.sources(tx, question.image(), question.host()));
            if (door.isPresent()
                    && stored.test(question.image())
                    && rows.isStoreGood(tx, question.image(), question.host())) {
                sources.add(door.get());
            }
            return new ImageAnswer(sources);
        });
    }
}
