package org.datacapsule.router.placement;

import org.datacapsule.common.config.Settings;

/**
 * How full a host may get, and whether capsules are spread or packed.
 *
 * @param vcpuRatio virtual processors promised per logical one
 * @param memoryRatio memory promised per memory there is
 * @param diskRatio disk promised per disk there is; overlays grow only as they are written
 */
public record PlacementPolicy(double vcpuRatio, double memoryRatio, double diskRatio, boolean pack) {
    private static final double MOST = 1000;

    public static PlacementPolicy from(Settings settings) {
        return new PlacementPolicy(
                settings.decimal("placement.vcpu-ratio", "Virtual processors promised per logical one", 4, 0.1, MOST),
                settings.decimal("placement.memory-ratio", "Memory promised per memory there is", 1, 0.1, MOST),
                settings.decimal("placement.disk-ratio", "Disk promised per disk there is", 2, 0.1, MOST),
                settings.flag("placement.pack", "Fill one host before the next, instead of spreading", false));
    }
}
