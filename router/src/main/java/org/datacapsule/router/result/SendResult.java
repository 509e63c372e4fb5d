package org.datacapsule.router.result;

import io.vertx.core.json.JsonObject;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.util.Optional;
import org.datacapsule.common.error.ErrorCode;
import org.datacapsule.common.error.ProblemException;
import org.datacapsule.common.id.ResultId;
import org.datacapsule.router.audit.AuditLog;
import org.datacapsule.router.capsule.CapsuleCommand;
import org.datacapsule.router.capsule.CapsuleStore;
import org.datacapsule.router.database.Database;
import org.datacapsule.router.database.Tx;
import org.datacapsule.router.http.Call;
import org.datacapsule.router.http.FileReply;
import org.datacapsule.router.http.Reply;
import org.datacapsule.router.user.UserStore;

/**
 * checkdownloadability and download, for members, and retrieveresultfile, for reviewers. A member downloads by a link of
 * their own that holds for a while; {@code randomid} is the link's token, or the result's id where the caller has such a
 * link, because deployed front ends know nothing else. The caller's token is needed either way.
 */
final class SendResult {
    private static final String TAR = "application/x-tar";
    private static final int ID_LENGTH = 36;

    private final Database database;
    private final UserStore users;
    private final CapsuleStore capsules;
    private final ResultStore results;
    private final LinkStore links;
    private final ReleaseStore release;
    private final AuditLog audit;
    private final ResultConfig config;

    SendResult(
            Database database,
            UserStore users,
            CapsuleStore capsules,
            ResultStore results,
            LinkStore links,
            ReleaseStore release,
            AuditLog audit,
            ResultConfig config) {
        this.database = database;
        this.users = users;
        this.capsules = capsules;
        this.results = results;
        this.links = links;
        this.release = release;
        this.audit = audit;
        this.config = config;
    }

    /** Makes a link where the caller could download. */
    Reply check(Call call) throws InterruptedException {
        return database.transaction(tx -> {
            users.seen(tx, call.caller());
            Result result = downloadable(tx, call);
            LinkStore.Link link = links.make(tx, result.id(), call.caller().guid(), config.linkLife());
            audit.read(tx, call, Optional.of(result.capsule()), result.id() + ", link until " + link.expiresAt());
            return Reply.ok(new JsonObject()
                    .put("resultid", result.id().toString())
                    .put("randomid", link.token())
                    .put("expiresAt", link.expiresAt().toString())
                    .put("bytes", result.bytes())
                    .put("sha256", result.sha256().hex()));
        });
    }

    FileReply download(Call call) throws InterruptedException {
        Result result = database.transaction(tx -> {
            Result found = linked(tx, call);
            audit.read(tx, call, Optional.of(found.capsule()), found.id() + " sha256 " + found.sha256());
            return found;
        });
        return file(call, result, offset -> new WhileReleased(release.read(result.id(), offset), result.id()));
    }

    /** What a download would be; nothing of it is sent. */
    FileReply head(Call call) throws InterruptedException {
        Result result = database.transaction(tx -> linked(tx, call));
        return file(call, result, offset -> InputStream.nullInputStream());
    }

    /** The token's role was checked against the contract. */
    FileReply retrieve(Call call) throws InterruptedException {
        ResultId id = call.parameters().parsed("randomid", ResultId::parse);
        Result result = database.transaction(tx -> {
            Result found = results.share(tx, id).orElseThrow(() -> Result.notFound(id.toString()));
            Reviewers.requireOutsider(tx, results, call, found);
            found.requireContent();
            audit.read(tx, call, Optional.of(found.capsule()), found.id() + " sha256 " + found.sha256());
            return found;
        });
        return file(call, result, offset -> release.read(result.id(), offset));
    }

    private static FileReply file(Call call, Result result, FileReply.Content content) {
        String name = call.parameters().optionalText("filename").orElse("result-" + result.id());
        return new FileReply(TAR, name + ".tar", result.bytes(), result.sha256().hex(), content);
    }

    private Result downloadable(Tx tx, Call call) throws InterruptedException {
        String asked = call.parameters().text("randomid");
        Optional<ResultId> id = asked.length() == ID_LENGTH
                ? Optional.of(call.parameters().parsed("randomid", ResultId::parse))
                : links.find(tx, asked, call.caller().guid()).map(LinkStore.Found::result);
        Optional<Result> found = id.isPresent() ? results.share(tx, id.get()) : Optional.empty();
        Result result = found.orElseThrow(() -> Result.notFound(asked));
        capsules.membership(tx, result.capsule(), call.caller().guid())
                .orElseThrow(() -> Result.notFound(asked))
                .require(CapsuleCommand.RESULTS, result.capsuleType());
        if (result.status() != ResultStatus.RELEASED) {
            throw notReleased(result.status());
        }
        result.requireContent();
        return result;
    }

    private Result linked(Tx tx, Call call) throws InterruptedException {
        Result result = downloadable(tx, call);
        String asked = call.parameters().text("randomid");
        boolean holds = asked.length() == ID_LENGTH
                ? links.has(tx, result.id(), call.caller().guid())
                : links.find(tx, asked, call.caller().guid())
                        .filter(link -> !link.expired())
                        .isPresent();
        if (!holds) {
            throw new ProblemException(
                    ErrorCode.RESULT_LINK_EXPIRED,
                    "The download link does not hold any more; checkdownloadability makes a new one.");
        }
        return result;
    }

    private static ProblemException notReleased(ResultStatus status) {
        return new ProblemException(
                ErrorCode.RESULT_NOT_RELEASED, "The result is " + status.wireName() + ", so it cannot be downloaded.");
    }

    /** Ends early when the release is revoked meanwhile, after a few megabytes at most. */
    private final class WhileReleased extends FilterInputStream {
        private static final long BETWEEN = 4 << 20;

        private final ResultId id;
        private long unchecked;

        WhileReleased(InputStream in, ResultId id) {
            super(in);
            this.id = id;
        }

        @Override
        public int read() throws IOException {
            checkAfter(1);
            return super.read();
        }

        @Override
        public int read(byte[] into, int offset, int length) throws IOException {
            int read = super.read(into, offset, length);
            checkAfter(read);
            return read;
        }

        private void checkAfter(int read) throws IOException {
            unchecked += read;
            if (unchecked < BETWEEN) {
                return;
            }
            unchecked = 0;
            try {
                if (!database.read(tx -> results.isReleased(tx, id))) {
                    throw new IOException("the release was revoked");
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new InterruptedIOException("the router is stopping");
            }
        }
    }
}
