package org.datacapsule.common.wire;

/**
 * A guest's place on the capsule network, unique in the cluster so that a capsule keeps it when it moves.
 *
 * @param mac locally administered, such as {@code 52:54:00:00:00:11}
 * @param ipv4 dotted quad inside the {@link GuestNetwork}
 */
public record GuestAddress(String mac, String ipv4) {}
