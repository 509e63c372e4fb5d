package org.datacapsule.router.capsule;

import org.datacapsule.common.config.Settings;

/**
 * What a capsule gets in secure mode.
 *
 * @param volumeMb MiB of the secure volume of a capsule created from now on
 */
public record SecureModeConfig(int volumeMb) {

    public static SecureModeConfig from(Settings settings) {
        return new SecureModeConfig(settings.integer(
                "secure-mode.volume-mb",
                "Size of the secure volume, MiB, of a capsule created from now on",
                10_240,
                16,
                16_777_216));
    }
}
