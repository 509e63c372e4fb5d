package org.datacapsule.agent.config;

import java.util.Arrays;
import java.util.Locale;

/** What runs the guests' instructions. */
public enum Acceleration {
    /** KVM where the host has it, else emulation. */
    AUTO,
    KVM,
    /** Emulation: slow, and everywhere. */
    TCG;

    static Acceleration parse(String text) {
        return Arrays.stream(values())
                .filter(value -> value.name().toLowerCase(Locale.ROOT).equals(text.strip()))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("auto, kvm or tcg is expected"));
    }
}
