package org.datacapsule.router.result;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.HexFormat;
import java.util.Optional;
import org.datacapsule.common.error.ErrorCode;
import org.datacapsule.common.error.Problem;
import org.datacapsule.common.id.ResultId;
import org.datacapsule.common.id.Sha256;
import org.datacapsule.common.wire.ResultReply;
import org.datacapsule.common.wire.ResultReply.Refused;
import org.datacapsule.common.wire.ResultReply.SendFrom;
import org.datacapsule.common.wire.ResultReply.Stored;
import org.datacapsule.router.archive.ArchiveLimits;
import org.datacapsule.router.archive.ArchiveReader;
import org.datacapsule.router.archive.ArchiveVerdict;
import org.datacapsule.router.archive.ArchiveVerdict.Listed;
import org.datacapsule.router.database.Database;
import org.datacapsule.router.work.Pauses;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes a result of an upload that is whole: hashes and lists it, brings it into the release store, and tells who waits.
 * The lease in the upload's row lets one router do that at a time; one that dies leaves it to whoever is asked next.
 */
final class StoreResult {
    private static final Logger LOG = LoggerFactory.getLogger(StoreResult.class);
    private static final Duration LEASE = Duration.ofSeconds(60);
    private static final Duration RENEWAL = LEASE.dividedBy(4);
    private static final Duration LOOK = Duration.ofMillis(100);
    /** In all below the time-out of who asked. */
    private static final int LOOKS = 200;

    private static final int MOST_MISMATCHES = 3;
    private static final int BUFFER = 64 * 1024;

    private final Database database;
    private final UploadStore uploads;
    private final ResultStore results;
    private final ReleaseStore release;
    private final ResultNews news;
    private final Pauses pauses;

    StoreResult(
            Database database,
            UploadStore uploads,
            ResultStore results,
            ReleaseStore release,
            ResultNews news,
            Pauses pauses) {
        this.database = database;
        this.uploads = uploads;
        this.results = results;
        this.release = release;
        this.news = news;
        this.pauses = pauses;
    }

    /** What to do with an upload of which all bytes are said to have been sent. */
    private sealed interface Turn {
        record Mine(Upload upload) implements Turn {}

        record Anothers(Upload upload) implements Turn {}

        record Answer(ResultReply reply) implements Turn {}
    }

    ResultReply end(ResultId id) throws InterruptedException {
        return switch (turn(id)) {
            case Turn.Answer answer -> answer.reply();
            case Turn.Mine mine -> store(mine.upload());
            case Turn.Anothers anothers -> await(anothers.upload());
        };
    }

    private Turn turn(ResultId id) throws InterruptedException {
        return database.transaction(tx -> {
            Optional<Upload> found = uploads.lock(tx, id);
            if (found.isEmpty()) {
                if (results.checksum(tx, id).isPresent()) {
                    return new Turn.Answer(new Stored());
                }
                throw new IllegalStateException("no upload " + id + " has begun, or it was given up");
            }
            Upload upload = found.get();
            if (!upload.isWhole()) {
                return new Turn.Answer(new SendFrom(upload.received()));
            }
            return uploads.claim(tx, id, LEASE) ? new Turn.Mine(upload) : new Turn.Anothers(upload);
        });
    }

    /** Another router is at it: it is asked again when that takes long. */
    private ResultReply await(Upload upload) throws InterruptedException {
        for (int look = 0; look < LOOKS; look++) {
            if (database.read(tx -> results.checksum(tx, upload.id())).isPresent()) {
                return new Stored();
            }
            pauses.pause(LOOK);
        }
        return new SendFrom(upload.bytes());
    }

    private ResultReply store(Upload upload) throws InterruptedException {
        try {
            Inspection inspection = inspect(upload);
            if (!inspection.sha256().equals(upload.sha256())) {
                return mismatched(upload);
            }
            if (inspection.verdict() instanceof Listed) {
                release.put(upload.id(), upload.bytes(), () -> leased(upload.id()));
            }
            return settled(upload, inspection.verdict());
        } catch (IOException e) {
            letGo(upload.id());
            throw new UncheckedIOException("result " + upload.id() + " could not be brought into the release store", e);
        } catch (RuntimeException e) {
            letGo(upload.id());
            throw e;
        }
    }

    private record Inspection(Sha256 sha256, ArchiveVerdict verdict) {}

    private Inspection inspect(Upload upload) throws IOException {
        try (DigestInputStream in = new DigestInputStream(leased(upload.id()), sha256())) {
            ArchiveVerdict verdict = ArchiveReader.read(in, ArchiveLimits.DEFAULT);
            byte[] unread = new byte[BUFFER];
            int read = in.read(unread);
            while (read >= 0) {
                read = in.read(unread);
            }
            return new Inspection(
                    new Sha256(HexFormat.of().formatHex(in.getMessageDigest().digest())), verdict);
        }
    }

    /** The upload's bytes; reading them keeps the lease. */
    private InputStream leased(ResultId id) {
        return new StagedArchive(database, uploads, id, RENEWAL, tx -> uploads.renew(tx, id, LEASE));
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("this JDK has no SHA-256", e);
        }
    }

    private ResultReply settled(Upload upload, ArchiveVerdict verdict) throws InterruptedException {
        database.transaction(tx -> {
            // Where the lease was lost meanwhile, another router did the same.
            if (uploads.lock(tx, upload.id()).isPresent()) {
                results.insert(tx, upload, verdict);
                news.arrived(tx, upload, verdict);
                uploads.delete(tx, upload.id());
            }
            return true;
        });
        LOG.atInfo()
                .addKeyValue("resultId", upload.id())
                .addKeyValue("capsuleId", upload.capsule())
                .addKeyValue("bytes", upload.bytes())
                .addKeyValue("listed", verdict instanceof Listed)
                .log("a result has arrived");
        return new Stored();
    }

    private ResultReply mismatched(Upload upload) throws InterruptedException {
        boolean last = upload.mismatches() + 1 >= MOST_MISMATCHES;
        LOG.atWarn()
                .addKeyValue("resultId", upload.id())
                .addKeyValue("capsuleId", upload.capsule())
                .addKeyValue("attempt", upload.mismatches() + 1)
                .log("a result does not have its checksum, " + (last ? "and is given up" : "and is to be sent again"));
        return database.transaction(tx -> {
            if (uploads.lock(tx, upload.id()).isEmpty()) {
                return new Stored();
            }
            if (!last) {
                uploads.beginAnew(tx, upload.id());
                return new SendFrom(0);
            }
            uploads.delete(tx, upload.id());
            return new Refused(Problem.of(
                    ErrorCode.RESULT_REFUSED,
                    "The result's bytes do not have its checksum, though they were sent " + MOST_MISMATCHES
                            + " times."));
        });
    }

    private void letGo(ResultId id) throws InterruptedException {
        database.transaction(tx -> {
            uploads.release(tx, id);
            return true;
        });
    }
}
