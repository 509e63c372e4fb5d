package org.datacapsule.router.capsule;

import org.datacapsule.common.config.Settings;

/**
 * What a capsule gets in secure mode.
 *
 * @param volumeMb MiB of a secure volume, for those made from now on
 */
public record SecureModeConfig(int volumeMb) {

    public static SecureModeConfig from(Settings settings) {
        return new SecureModeConfig(settings.integer(
                "secure-mode.volume-mb",
                "Size of a capsule's secure volume, MiB; one that was made keeps the size it has",
                10_240,
                16,
                16_777_216));
    }
}
