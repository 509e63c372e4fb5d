package org.datacapsule.agent.libvirt;

/**
 * How this host's guests are run.
 *
 * @param uri libvirt's address, {@code qemu:///system}
 * @param acceleration {@code auto}, {@code kvm} or {@code tcg}
 * @param network name of the libvirt network guests are on
 * @param vncListen address the screens are served on
 * @param callThreads how many calls libvirt gets at a time
 */
public record LibvirtConfig(String uri, String acceleration, String network, String vncListen, int callThreads) {}
