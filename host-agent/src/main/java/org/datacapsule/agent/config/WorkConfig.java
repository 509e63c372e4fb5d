package org.datacapsule.agent.config;

import java.time.Duration;
import org.datacapsule.common.config.Settings;

/**
 * How commands are worked on.
 *
 * @param atOnce how many capsules are worked on side by side
 * @param longestGrace what a guest gets at most to power off, whatever a command says
 * @param retention how long finished commands are remembered; longer than any command lives
 */
public record WorkConfig(int atOnce, Duration longestGrace, Duration retention) {

    static WorkConfig from(Settings settings) {
        return new WorkConfig(
                settings.integer("commands.at-once", "how many capsules are worked on side by side", 16, 1, 1000),
                settings.duration(
                        "stop.grace",
                        "the longest a guest gets to power off before it is cut off, whatever a command says",
                        Duration.ofMinutes(5)),
                settings.duration(
                        "journal.retention",
                        "how long finished and deleted work is remembered; longer than any command lives",
                        Duration.ofDays(2)));
    }
}
