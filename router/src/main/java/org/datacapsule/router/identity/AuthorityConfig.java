package org.datacapsule.router.identity;

import java.nio.file.Path;
import java.time.Duration;
import org.datacapsule.common.config.Settings;

/**
 * The authorities by which routers and hosts know each other.
 *
 * @param directory holds the authorities' keys and certificates, the same at every router
 * @param development whether they are made where there are none
 * @param hostLife of a host's certificate; it is renewed when a third of it is left
 * @param clockTolerance how far a host's clock may be from this router's
 */
public record AuthorityConfig(Path directory, boolean development, Duration hostLife, Duration clockTolerance) {

    public static AuthorityConfig from(Settings settings, boolean development) {
        AuthorityConfig config = new AuthorityConfig(
                settings.required(
                        "authority.directory",
                        "Directory with the authorities that hosts get their certificates from, the same at every router;"
                                + " made with `datacapsule-router authority init`",
                        Path::of,
                        Path.of("")),
                development,
                settings.duration(
                        "authority.host-certificate-life",
                        "How long a host's certificate lasts; the host renews it by itself when a third is left",
                        Duration.ofDays(90)),
                settings.duration(
                        "authority.clock-tolerance",
                        "How far a host's clock may be from a router's; a report that seems older is not taken",
                        Duration.ofMinutes(2)));
        if (!config.hostLife().isPositive() || !config.clockTolerance().isPositive()) {
            settings.reject("authority.host-certificate-life and authority.clock-tolerance must be longer than 0");
        }
        return config;
    }
}
