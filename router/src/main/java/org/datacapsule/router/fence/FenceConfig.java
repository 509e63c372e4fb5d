package org.datacapsule.router.fence;

import java.time.Duration;
import java.util.List;
import org.datacapsule.common.config.Settings;

/**
 * How a host is made sure to be off.
 *
 * @param command program and first arguments; the host's name is the last. Empty: there is none
 * @param timeout how long it may take
 */
public record FenceConfig(List<String> command, Duration timeout) {
    private static final Duration LONGEST = Duration.ofMinutes(10);

    public FenceConfig {
        command = List.copyOf(command);
    }

    public static FenceConfig from(Settings settings) {
        List<String> command = settings.list(
                "hosts.fence-command",
                "Program that powers a host off for certain, and its arguments, to which the host's name is added; run without"
                        + " a shell, and its exit code 0 means that the host is off",
                List.of());
        Duration timeout = settings.duration(
                "hosts.fence-timeout",
                "How long the fence command may take before it is killed and counts as failed",
                Duration.ofSeconds(60));
        if (!timeout.isPositive() || timeout.compareTo(LONGEST) > 0) {
            settings.reject("hosts.fence-timeout must be more than 0 and at most 10 minutes");
        }
        return new FenceConfig(command, timeout);
    }
}
