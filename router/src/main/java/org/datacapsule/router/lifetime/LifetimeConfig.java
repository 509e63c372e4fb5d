package org.datacapsule.router.lifetime;

import java.time.Duration;
import org.datacapsule.common.config.Settings;

/**
 * How long capsules may live.
 *
 * @param demoLife from a DEMO capsule's creation or last extension; zero: for ever
 * @param demoExtensions how often that may be extended
 * @param researchIdle of any other capsule, since it was last used; zero: for ever
 * @param warning how long before the end the owner is told, and how long after being told they have at least
 * @param grace from the end to the deletion
 * @param sweep how often a router looks for capsules that are due
 */
public record LifetimeConfig(
        Duration demoLife,
        int demoExtensions,
        Duration researchIdle,
        Duration warning,
        Duration grace,
        Duration sweep) {

    public static LifetimeConfig from(Settings settings) {
        LifetimeConfig config = new LifetimeConfig(
                settings.duration(
                        "expiry.demo-life", "Life of a DEMO capsule before it is stopped; 0d: for ever", days(30)),
                settings.integer(
                        "expiry.demo-extensions", "How often its owner may extend that by as much", 2, 0, 1000),
                settings.duration(
                        "expiry.research-idle",
                        "How long any other capsule may be without a command before it is stopped; 0d: for ever",
                        days(180)),
                settings.duration(
                        "expiry.warning",
                        "How long before a capsule is stopped its owner is told, at the least",
                        days(14)),
                settings.duration(
                        "expiry.grace", "How long after that it is deleted, unless its owner extends it", days(14)),
                settings.duration("expiry.sweep", "How often a router looks for what is due", Duration.ofMinutes(1)));
        config.requireRoomForTheWarning(settings, "expiry.demo-life", config.demoLife());
        config.requireRoomForTheWarning(settings, "expiry.research-idle", config.researchIdle());
        if (!config.sweep().isPositive()) {
            settings.reject("expiry.sweep must be more than 0");
        }
        return config;
    }

    private void requireRoomForTheWarning(Settings settings, String key, Duration life) {
        if (life.isPositive() && life.compareTo(warning) <= 0) {
            settings.reject(key + " must be longer than expiry.warning, or 0d");
        }
    }

    private static Duration days(int count) {
        return Duration.ofDays(count);
    }
}
