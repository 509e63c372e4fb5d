package org.datacapsule.agent.config;

import org.datacapsule.common.config.Settings;

/** Which libvirt, and how guests are run by it. */
public record LibvirtSettings(String uri, Acceleration acceleration) {
    /** Stands for the hypervisor in memory. */
    public static final String SIMULATED = "simulated";

    static LibvirtSettings from(Settings settings) {
        return new LibvirtSettings(
                settings.text(
                        "libvirt.uri",
                        "libvirt's connection URI; \"simulated\" stands for a host in memory, in development only",
                        "qemu:///system"),
                settings.parsed(
                        "libvirt.acceleration",
                        "auto takes kvm where the host has it; kvm and tcg insist",
                        "auto",
                        Acceleration::parse));
    }

    public boolean isSimulated() {
        return uri.equals(SIMULATED);
    }
}
