package org.datacapsule.router.result;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.datacapsule.common.config.Settings;
import org.datacapsule.router.s3.BucketConfig;

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

        /** Objects of a bucket. */
        record S3(BucketConfig bucket) implements Store {}
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
        Store.Directory directory = new Store.Directory(Path.of(settings.text(
                "results.directory",
                "Where results are kept if that is a directory; all routers must have the same one mounted",
                "/var/lib/datacapsule/results")));
        return BucketConfig.from(settings, "results").<Store>map(Store.S3::new).orElse(directory);
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
