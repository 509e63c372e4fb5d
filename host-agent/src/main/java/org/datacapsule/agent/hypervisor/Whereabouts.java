package org.datacapsule.agent.hypervisor;

import java.nio.file.Path;
import org.datacapsule.common.wire.CapsuleSpec;

/**
 * How other hosts reach this one, and what it calls its own.
 *
 * @param address on the network between hosts
 * @param libvirtUri its libvirt's, for other hosts
 * @param network name of the guests' network
 * @param vncListen address that screens are served on
 */
public record Whereabouts(String address, String libvirtUri, String network, String vncListen) {

    /** A guest as this host has it. */
    public Home home(CapsuleSpec spec, Path disk, Path releaseSocket, String filter, long generation) {
        return new Home(disk.resolveSibling(""), spec.vncPort(), vncListen, network, filter, releaseSocket, generation);
    }
}
