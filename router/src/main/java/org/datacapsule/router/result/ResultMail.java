package org.datacapsule.router.result;

import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Locale;
import java.util.Optional;
import org.datacapsule.common.id.CapsuleId;
import org.datacapsule.common.id.ResultId;
import org.datacapsule.router.database.Tx;
import org.datacapsule.router.mail.Outbox;

/** What members and reviewers are written about a result. */
final class ResultMail {
    private static final DateTimeFormatter MINUTE =
            DateTimeFormatter.ofPattern("d MMMM yyyy HH:mm 'UTC'", Locale.ENGLISH);

    private final Outbox outbox;
    private final Optional<String> linkPrefix;

    ResultMail(Outbox outbox, Optional<String> linkPrefix) {
        this.outbox = outbox;
        this.linkPrefix = linkPrefix;
    }

    void waits(Tx tx, String reviewer, Upload upload, int entries) throws InterruptedException {
        outbox.put(tx, reviewer, "A result waits for review", """
                A result of the data capsule %s waits for review.

                Result:  %s
                Bytes:   %d, %d entries
                SHA-256: %s

                Who was ever on the capsule cannot review it.
                """.formatted(
                        upload.capsule(), upload.id(), upload.bytes(), entries, upload.sha256()));
    }

    void released(Tx tx, String member, Result result, LinkStore.Link link, Optional<String> comment)
            throws InterruptedException {
        String where = linkPrefix
                .map(prefix -> prefix + link.token())
                .orElse("In your front end, or with GET /download?randomid=" + link.token());
        outbox.put(tx, member, "Your result was released", """
                A result of your data capsule %s was released.

                Download: %s

                The link is for you alone and holds until %s; after that, ask your
                front end for a new one. The archive is a tar file with the SHA-256
                %s
                %s""".formatted(
                        result.capsule(),
                        where,
                        MINUTE.format(link.expiresAt().atOffset(ZoneOffset.UTC)),
                        result.sha256(),
                        words(comment)));
    }

    void rejected(Tx tx, String member, CapsuleId capsule, ResultId id, Optional<String> comment)
            throws InterruptedException {
        outbox.put(tx, member, "Your result was rejected", """
                The result %s of your data capsule %s was rejected.
                %s""".formatted(id, capsule, words(comment)));
    }

    void revoked(Tx tx, String member, Result result, Optional<String> comment) throws InterruptedException {
        outbox.put(tx, member, "A released result was revoked", """
                The release of the result %s of your data capsule %s was revoked: it can no
                longer be downloaded. If you have a copy, ask those who run this service what
                to do with it.
                %s""".formatted(
                        result.id(), result.capsule(), words(comment)));
    }

    private static String words(Optional<String> comment) {
        return comment.map(text -> "\nComment: " + text + "\n").orElse("");
    }
}
