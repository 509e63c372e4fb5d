package org.datacapsule.router.result;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.Optional;
import org.datacapsule.common.id.ResultId;
import org.datacapsule.router.database.Database;
import org.datacapsule.router.database.Tx;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Deletes what has been kept for long enough, and uploads whose host is not heard of any more. Content goes before its row
 * says so: after a crash in between it is deleted once more.
 */
final class ResultSweep {
    private static final Logger LOG = LoggerFactory.getLogger(ResultSweep.class);
    private static final Duration ABANDONED = Duration.ofDays(1);
    private static final Duration OLD_LINK = Duration.ofDays(30);

    private final Database database;
    private final ResultStore results;
    private final UploadStore uploads;
    private final LinkStore links;
    private final ReleaseStore release;
    private final ResultNews news;
    private final ResultConfig config;

    ResultSweep(
            Database database,
            ResultStore results,
            UploadStore uploads,
            LinkStore links,
            ReleaseStore release,
            ResultNews news,
            ResultConfig config) {
        this.database = database;
        this.results = results;
        this.uploads = uploads;
        this.links = links;
        this.release = release;
        this.news = news;
        this.config = config;
    }

    /** Deals with one of each; answers whether there was one. */
    boolean sweepOne() throws InterruptedException {
        database.transaction(tx -> {
            links.purge(tx, OLD_LINK);
            return true;
        });
        boolean outdated = database.transaction(this::deleteOutdated);
        boolean abandoned = database.transaction(this::dropAbandoned);
        return outdated || abandoned;
    }

    private boolean deleteOutdated(Tx tx) throws InterruptedException {
        Optional<Result> outdated = results.lockOutdated(tx, config.keepReleased(), config.keepOthers());
        if (outdated.isPresent()) {
            delete(outdated.get().id());
            results.contentDeleted(tx, outdated.get().id());
            news.contentDeleted(tx, outdated.get());
            LOG.atInfo().addKeyValue("resultId", outdated.get().id()).log("a result's content is deleted");
        }
        return outdated.isPresent();
    }

    private boolean dropAbandoned(Tx tx) throws InterruptedException {
        Optional<ResultId> abandoned = uploads.lockAbandoned(tx, ABANDONED);
        if (abandoned.isPresent()) {
            // A router that died between storing and writing that down left it there.
            delete(abandoned.get());
            uploads.delete(tx, abandoned.get());
            LOG.atWarn().addKeyValue("resultId", abandoned.get()).log("a result that never arrived whole is dropped");
        }
        return abandoned.isPresent();
    }

    private void delete(ResultId id) {
        try {
            release.delete(id);
        } catch (IOException e) {
            throw new UncheckedIOException("the content of result " + id + " could not be deleted", e);
        }
    }
}
