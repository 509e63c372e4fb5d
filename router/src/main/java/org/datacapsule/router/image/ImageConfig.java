package org.datacapsule.router.image;

import java.io.IOException;
import java.nio.file.Path;
import java.time.LocalTime;
import java.time.format.DateTimeParseException;
import java.util.Optional;
import org.datacapsule.common.config.Settings;
import org.datacapsule.router.image.depot.DirectoryDepot;
import org.datacapsule.router.image.depot.ImageDepot;
import org.datacapsule.router.image.depot.S3Depot;
import org.datacapsule.router.s3.Bucket;
import org.datacapsule.router.s3.BucketConfig;

/**
 * How the catalogue is kept.
 *
 * @param expungeAt the time of day, UTC, from which a night's expunge runs; none: only when it is asked for
 * @param directory where the content of images is kept, or with a bucket what is on its way there, the same for all routers;
 *     none: it is on the hosts alone
 * @param bucket where the content is kept instead
 * @param part bytes that are sent to the bucket in one request
 * @param spare bytes of that directory's file system that stay free
 */
public record ImageConfig(
        Optional<LocalTime> expungeAt, Optional<Path> directory, Optional<BucketConfig> bucket, long part, long spare) {
    private static final String NEVER = "never";
    private static final long MIB = 1L << 20;
    private static final long GIB = 1L << 30;

    public static ImageConfig from(Settings settings) {
        Optional<LocalTime> expungeAt = settings.parsed(
                "images.expunge-at",
                "Time of day (UTC, 03:00) at which images go whose deletion was requested; never: only on demand",
                "03:00",
                ImageConfig::time);
        Optional<Path> directory = settings.optional(
                        "images.directory",
                        "Where the content of images is kept, or with images.store s3 what is on its way there; all"
                                + " routers must have the same one mounted. Without it images are neither uploaded nor"
                                + " imported nor downloaded")
                .map(Path::of);
        Optional<BucketConfig> bucket = BucketConfig.from(settings, "images");
        if (bucket.isPresent() && directory.isEmpty()) {
            settings.reject("images.store is s3, so images.directory must be set, for files on their way there");
        }
        return new ImageConfig(
                expungeAt,
                directory,
                bucket,
                settings.integer(
                                "images.s3.part-mb",
                                "MiB that are sent in one request, and again if that fails; more where an image would have"
                                        + " over 10000 parts",
                                64,
                                5,
                                5120)
                        * MIB,
                settings.integer("images.spare-gb", "GiB of the directory's file system that stay free", 1, 0, 1 << 20)
                        * GIB);
    }

    /** Opens where the content of images is kept; nothing where this cluster keeps none. */
    public Optional<ImageDepot> openDepot() throws IOException {
        if (directory.isEmpty()) {
            return Optional.empty();
        }
        return Optional.of(
                bucket.isPresent()
                        ? S3Depot.open(Bucket.open(bucket.get()), directory.get(), spare, part)
                        : DirectoryDepot.open(directory.get(), spare));
    }

    private static Optional<LocalTime> time(String text) {
        if (text.equals(NEVER)) {
            return Optional.empty();
        }
        try {
            return Optional.of(LocalTime.parse(text));
        } catch (DateTimeParseException e) {
            throw new IllegalArgumentException("a time of day such as 03:00, or never, is expected", e);
        }
    }
}
