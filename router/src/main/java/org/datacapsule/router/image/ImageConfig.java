package org.datacapsule.router.image;

import java.nio.file.Path;
import java.time.LocalTime;
import java.time.format.DateTimeParseException;
import java.util.Optional;
import org.datacapsule.common.config.Settings;

/**
 * How the catalogue is kept.
 *
 * @param expungeAt the time of day, UTC, from which a night's expunge runs; none: only when it is asked for
 * @param directory where the content of images is kept, the same for all routers; none: it is on the hosts alone
 * @param spare bytes of that directory's file system that stay free
 */
public record ImageConfig(Optional<LocalTime> expungeAt, Optional<Path> directory, long spare) {
    private static final String NEVER = "never";
    private static final long GIB = 1L << 30;

    public static ImageConfig from(Settings settings) {
        return new ImageConfig(
                settings.parsed(
                        "images.expunge-at",
                        "Time of day (UTC, 03:00) at which images go whose deletion was requested; never: only on demand",
                        "03:00",
                        ImageConfig::time),
                settings.optional(
                                "images.directory",
                                "Where the content of images is kept; all routers must have the same one mounted. Without"
                                        + " it images are neither uploaded nor imported nor downloaded")
                        .map(Path::of),
                settings.integer("images.spare-gb", "GiB of its file system that stay free", 1, 0, 1 << 20) * GIB);
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
