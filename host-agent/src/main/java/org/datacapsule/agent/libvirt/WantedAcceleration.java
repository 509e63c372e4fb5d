package org.datacapsule.agent.libvirt;

import java.util.Arrays;
import java.util.Locale;

/** What is to run the guests' instructions. */
public enum WantedAcceleration {
    /** KVM where the host has it, else emulation. */
    AUTO,
    KVM,
    /** Emulation: slow, and everywhere. */
    TCG;

    static WantedAcceleration parse(String text) {
        return Arrays.stream(values())
                .filter(value -> value.name().toLowerCase(Locale.ROOT).equals(text.strip()))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("auto, kvm or tcg is expected"));
    }
}
