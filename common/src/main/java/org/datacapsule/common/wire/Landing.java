package org.datacapsule.common.wire;

import java.util.Map;

/**
 * Where a capsule that migrates is expected.
 *
 * @param address of the host on the network between hosts
 * @param libvirtUri of its libvirt, for live migration
 * @param directory the capsule's there
 * @param filter name of the network filter that its mode and type have there
 * @param network name of the guests' network there
 * @param vncListen address its screen is served on there
 * @param releaseSocket where that host reaches its release channel
 * @param ports where the content of each of its files is taken; of a file that is not named, none is expected
 */
public record Landing(
        String address,
        String libvirtUri,
        String directory,
        String filter,
        String network,
        String vncListen,
        String releaseSocket,
        Map<MovedFile, Integer> ports) {
    public Landing {
        ports = Map.copyOf(ports);
    }
}
