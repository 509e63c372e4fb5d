package org.datacapsule.router.evacuation;

import org.datacapsule.common.id.HostId;

/**
 * How a capsule comes to its new home.
 *
 * @param from the host that is gone
 */
public record Evacuation(HostId from, Disk disk) {

    /** Where its disk is from. */
    public enum Disk {
        /** Its files are taken out of the storage that both hosts share: nothing is lost but what was in memory. */
        ADOPTED,
        /** Made from its image again: what was installed and stored in it stays behind on the host that is gone. */
        ANEW
    }
}
