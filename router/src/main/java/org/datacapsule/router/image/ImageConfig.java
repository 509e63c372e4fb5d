package org.datacapsule.router.image;

import java.time.LocalTime;
import java.time.format.DateTimeParseException;
import java.util.Optional;
import org.datacapsule.common.config.Settings;

/**
 * How the catalogue is kept.
 *
 * @param expungeAt the time of day, UTC, from which a night's expunge runs; none: only when it is asked for
 */
public record ImageConfig(Optional<LocalTime> expungeAt) {
    private static final String NEVER = "never";

    public static ImageConfig from(Settings settings) {
        return new ImageConfig(settings.parsed(
                "images.expunge-at",
                "Time of day (UTC, 03:00) at which images go whose deletion was requested; never: only on demand",
                "03:00",
                ImageConfig::time));
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
