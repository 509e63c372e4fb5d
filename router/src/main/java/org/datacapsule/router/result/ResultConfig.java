package org.datacapsule.router.result;

import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.datacapsule.common.config.Settings;

/**
 * What results may be, who decides on them, and how long they are kept.
 *
 * @param approvals how many reviewers a release takes
 * @param linkLife how long a download link holds
 * @param linkPrefix what stands before a link's token in mail
 * @param reviewers where it is told that a result waits
 * @param keepReleased how long after its release a result's content is kept
 * @param keepOthers how long a rejected or revoked one's is
 */
public record ResultConfig(
        long maxBytes,
        int approvals,
        Duration linkLife,
        Optional<String> linkPrefix,
        List<String> reviewers,
        Duration keepReleased,
        Duration keepOthers,
        Duration sweep,
        Store store) {
    private static final long GIB = 1L << 30;
    private static final long MOST = 4 * GIB;

    /** Where archives are kept. */
    public sealed interface Store {
        /** Files below it. */
        record Directory(Path path) implements Store {}

        /**
         * Objects of a bucket of anything that speaks S3.
         *
         * @param endpoint empty for Amazon's own
         * @param prefix of every key
         */
        record S3(
                Optional<URI> endpoint,
                String region,
                String bucket,
                String prefix,
                Path accessKeyFile,
                Path secretKeyFile)
                implements Store {}
    }

    public static ResultConfig from(Settings settings) {
        return new ResultConfig(
                settings.parsed(
                        "results.max-bytes",
                        "Bytes of one result at most",
                        Long.toString(GIB),
                        ResultConfig::parseBytes),
                settings.integer(
                        "results.approvals",
                        "How many reviewers must approve a result before it is released, each without knowing of the other",
                        1,
                        1,
                        2),
                settings.duration("results.link-life", "How long a download link holds", Duration.ofHours(24)),
                settings.optional(
                        "results.link-prefix",
                        "What a download link in mail begins with: a page of your front end that passes what follows to"
                                + " /download as randomid"),
                settings.list(
                        "results.reviewers", "Mail addresses that are told when a result waits for review", List.of()),
                settings.duration(
                        "results.keep-released",
                        "How long a released result can be downloaded, after which its content is deleted",
                        Duration.ofDays(548)),
                settings.duration(
                        "results.keep-rejected",
                        "How long the content of a rejected or revoked result is kept",
                        Duration.ofDays(14)),
                settings.duration(
                        "results.sweep", "How often a router looks for content to delete", Duration.ofMinutes(1)),
                store(settings));
    }

    private static Store store(Settings settings) {
        boolean s3 = settings.parsed("results.store", "directory, or s3", "directory", text -> switch (text) {
            case "directory" -> false;
            case "s3" -> true;
            default -> throw new IllegalArgumentException("directory or s3 is expected");
        });
        Store.Directory directory = new Store.Directory(Path.of(settings.text(
                "results.directory",
                "Where results are kept if that is a directory; all routers must have the same one mounted",
                "/var/lib/datacapsule/results")));
        Optional<URI> endpoint = settings.optional(
                        "results.s3.endpoint", "Address of the S3-compatible store; none: Amazon's own")
                .map(URI::create);
        String region = settings.text("results.s3.region", "Its region", "us-east-1");
        Optional<String> bucket = settings.optional("results.s3.bucket", "The bucket, which must be there");
        String prefix = settings.text("results.s3.prefix", "What the keys of all results begin with", "");
        Optional<String> accessKey =
                settings.optional("results.s3.access-key-file", "File with the access key's id, on one line");
        Optional<String> secretKey =
                settings.optional("results.s3.secret-key-file", "File with the secret key, on one line");
        if (!s3) {
            return directory;
        }
        if (bucket.isEmpty() || accessKey.isEmpty() || secretKey.isEmpty()) {
            settings.reject("results.store is s3, so results.s3.bucket, results.s3.access-key-file and"
                    + " results.s3.secret-key-file must be set");
            return directory;
        }
        return new Store.S3(endpoint, region, bucket.get(), prefix, Path.of(accessKey.get()), Path.of(secretKey.get()));
    }

    private static long parseBytes(String text) {
        try {
            long bytes = Long.parseLong(text.strip());
            if (bytes >= 1 && bytes <= MOST) {
                return bytes;
            }
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException("a whole number from 1 to " + MOST + " is expected", e);
        }
        throw new IllegalArgumentException("a whole number from 1 to " + MOST + " is expected");
    }
}
