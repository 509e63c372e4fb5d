package org.datacapsule.router.placement;

import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.datacapsule.common.capsule.CapsuleType;
import org.datacapsule.common.config.Settings;

/**
 * How full a host may get, and whether capsules are spread or packed.
 *
 * @param vcpuRatio virtual processors promised per logical one
 * @param memoryRatio memory promised per memory there is
 * @param diskRatio disk promised per disk there is; overlays grow only as they are written
 * @param labels of the hosts that capsules of a type are better off on
 */
public record PlacementPolicy(
        double vcpuRatio, double memoryRatio, double diskRatio, boolean pack, Map<CapsuleType, Set<String>> labels) {
    private static final double MOST = 1000;

    public PlacementPolicy {
        labels = Map.copyOf(labels);
    }

    public static PlacementPolicy from(Settings settings) {
        return new PlacementPolicy(
                settings.decimal("placement.vcpu-ratio", "Virtual processors promised per logical one", 4, 0.1, MOST),
                settings.decimal("placement.memory-ratio", "Memory promised per memory there is", 1, 0.1, MOST),
                settings.decimal("placement.disk-ratio", "Disk promised per disk there is", 2, 0.1, MOST),
                settings.flag("placement.pack", "Fill one host before the next, instead of spreading", false),
                labels(settings));
    }

    private static Map<CapsuleType, Set<String>> labels(Settings settings) {
        Map<CapsuleType, Set<String>> labels = new EnumMap<>(CapsuleType.class);
        for (CapsuleType type : CapsuleType.values()) {
            List<String> wanted = settings.list(
                    "placement.labels." + type.wireName().toLowerCase(Locale.ROOT),
                    "Labels of the hosts that new capsules of type " + type.wireName()
                            + " go to rather than to others; a hint",
                    List.of());
            labels.put(type, Set.copyOf(wanted));
        }
        return labels;
    }
}
