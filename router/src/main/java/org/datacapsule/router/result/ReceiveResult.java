package org.datacapsule.router.result;

import java.util.Optional;
import org.datacapsule.common.error.ErrorCode;
import org.datacapsule.common.error.Problem;
import org.datacapsule.common.id.HostId;
import org.datacapsule.common.id.ResultId;
import org.datacapsule.common.id.Sha256;
import org.datacapsule.common.wire.ResultMessage;
import org.datacapsule.common.wire.ResultMessage.Begin;
import org.datacapsule.common.wire.ResultMessage.Chunk;
import org.datacapsule.common.wire.ResultMessage.End;
import org.datacapsule.common.wire.ResultReply;
import org.datacapsule.common.wire.ResultReply.Refused;
import org.datacapsule.common.wire.ResultReply.SendFrom;
import org.datacapsule.common.wire.ResultReply.Stored;
import org.datacapsule.router.database.Database;
import org.datacapsule.router.database.Tx;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Takes a result from its host, chunk by chunk into the database, so that any router can take any of them. */
final class ReceiveResult {
    private static final Logger LOG = LoggerFactory.getLogger(ReceiveResult.class);

    private final Database database;
    private final UploadStore uploads;
    private final ResultStore results;
    private final StoreResult store;
    private final long maxBytes;

    ReceiveResult(Database database, UploadStore uploads, ResultStore results, StoreResult store, long maxBytes) {
        this.database = database;
        this.uploads = uploads;
        this.results = results;
        this.store = store;
        this.maxBytes = maxBytes;
    }

    /** @param from whose message it is; a result is its host's from the beginning to the end */
    ResultReply receive(HostId from, ResultMessage message) throws InterruptedException {
        if (database.read(tx -> uploads.isOfAnother(tx, message.id(), from))) {
            return new Refused(Problem.of(ErrorCode.RESULT_REFUSED, "The result is another host's."));
        }
        return switch (message) {
            case Begin begin -> begin(begin);
            case Chunk chunk -> chunk(chunk);
            case End end -> store.end(end.id());
        };
    }

    private ResultReply begin(Begin begin) throws InterruptedException {
        ResultReply reply = database.transaction(tx -> {
            // An upload becomes a result in one transaction: who finds it to be neither knows that it is not there.
            Optional<Upload> upload = uploads.lock(tx, begin.id());
            if (upload.isPresent()) {
                return goOn(upload.get(), begin);
            }
            Optional<Sha256> stored = results.checksum(tx, begin.id());
            if (stored.isPresent()) {
                return stored.get().equals(begin.sha256()) ? new Stored() : otherOfThisId();
            }
            return start(tx, begin);
        });
        LOG.atLevel(reply instanceof Refused ? org.slf4j.event.Level.WARN : org.slf4j.event.Level.INFO)
                .addKeyValue("resultId", begin.id())
                .addKeyValue("capsuleId", begin.capsule())
                .addKeyValue("hostId", begin.host())
                .addKeyValue("bytes", begin.bytes())
                .addKeyValue("reply", reply)
                .log("a host offers a result");
        return reply;
    }

    private ResultReply start(Tx tx, Begin begin) throws InterruptedException {
        if (begin.bytes() < 1 || begin.bytes() > maxBytes) {
            return new Refused(Problem.of(
                    ErrorCode.RESULT_TOO_LARGE,
                    "The result has " + begin.bytes() + " bytes; 1 to " + maxBytes + " are taken."));
        }
        if (!uploads.mayBegin(tx, begin)) {
            return new Refused(
                    Problem.of(
                            ErrorCode.RESULT_REFUSED,
                            "The capsule is not on this host with this generation, or was not in secure mode when its guest asked."));
        }
        uploads.insert(tx, begin);
        Optional<Upload> inserted = uploads.lock(tx, begin.id());
        return inserted.isPresent() ? goOn(inserted.get(), begin) : new SendFrom(0);
    }

    private static ResultReply goOn(Upload upload, Begin begin) {
        return upload.isOf(begin) ? new SendFrom(upload.received()) : otherOfThisId();
    }

    private static Refused otherOfThisId() {
        return new Refused(Problem.of(ErrorCode.RESULT_REFUSED, "Another result has this id."));
    }

    private ResultReply chunk(Chunk chunk) throws InterruptedException {
        return database.transaction(tx -> {
            Optional<Upload> found = uploads.lock(tx, chunk.id());
            if (found.isEmpty()) {
                return unknown(tx, chunk.id());
            }
            Upload upload = found.get();
            if (chunk.offset() != upload.received() || upload.isWhole()) {
                return new SendFrom(upload.received());
            }
            byte[] content = chunk.bytes();
            if (content.length != upload.nextChunk()) {
                throw new IllegalArgumentException("a chunk of " + content.length + " bytes at " + upload.received()
                        + " where " + upload.nextChunk() + " belong");
            }
            uploads.append(tx, upload, content);
            return new SendFrom(upload.received() + content.length);
        });
    }

    private ResultReply unknown(Tx tx, ResultId id) throws InterruptedException {
        if (results.checksum(tx, id).isPresent()) {
            return new Stored();
        }
        throw new IllegalStateException("no upload " + id + " has begun, or it was given up; it is to begin anew");
    }
}
