package org.datacapsule.router.host;

import java.time.Duration;
import org.datacapsule.common.config.Settings;

/** How long a host counts as up after a heartbeat. */
public record HostConfig(Duration lease) {

    public static HostConfig from(Settings settings) {
        return new HostConfig(settings.duration(
                "hosts.lease", "A host is up for this long after each heartbeat", Duration.ofSeconds(10)));
    }
}
