package org.datacapsule.agent.libvirt;

import org.datacapsule.common.config.Settings;

/**
 * Which libvirt, and how guests are run by it.
 *
 * @param uri libvirt's address
 * @param vncListen address the screens are served on
 */
public record LibvirtConfig(String uri, WantedAcceleration acceleration, String vncListen) {
    /** Stands for the hypervisor in memory. */
    private static final String SIMULATED = "simulated";

    public static LibvirtConfig from(Settings settings) {
        return new LibvirtConfig(
                settings.text(
                        "libvirt.uri",
                        "libvirt's connection URI; \"simulated\" stands for a host in memory, in development only",
                        "qemu:///system"),
                settings.parsed(
                        "libvirt.acceleration",
                        "auto takes kvm where the host has it; kvm and tcg insist",
                        "auto",
                        WantedAcceleration::parse),
                settings.text(
                        "vnc.listen", "IP address of this host that the guests' screens are served on", "0.0.0.0"));
    }

    public boolean isSimulated() {
        return uri.equals(SIMULATED);
    }
}
