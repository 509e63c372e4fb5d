package org.datacapsule.agent.hypervisor;

/**
 * How other hosts reach this one, and what it calls its own.
 *
 * @param address on the network between hosts
 * @param libvirtUri its libvirt's, for other hosts
 * @param network name of the guests' network
 * @param vncListen address that screens are served on
 */
public record Whereabouts(String address, String libvirtUri, String network, String vncListen) {}
