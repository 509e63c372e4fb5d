package org.datacapsule.common.policy;

import java.util.Collections;
import java.util.List;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import org.datacapsule.common.capsule.CapsuleMode;
import org.datacapsule.common.capsule.CapsuleType;

/**
 * What the network lets a guest do; everything not said here is dropped, at layer 2. Never allowed, whatever a policy
 * says: another capsule, IPv6, multicast, and addresses that are not the guest's own.
 *
 * @param name of the file, without its suffix
 * @param types the types of capsules it is for
 * @param host what the host does for the guest
 * @param sshIn whether SSH connections reach the guest
 * @param deny ranges no destination opens
 * @param denyInternal whether the host's list of the institution's own ranges is denied too
 * @param allow destinations
 * @param names names of destinations, each with its address: what a guest's hosts file says, in either mode
 */
public record NetworkPolicy(
        String name,
        CapsuleMode mode,
        Set<CapsuleType> types,
        Set<HostService> host,
        boolean sshIn,
        List<Ipv4Range> deny,
        boolean denyInternal,
        List<Destination> allow,
        SortedMap<String, String> names) {
    public NetworkPolicy {
        types = Set.copyOf(types);
        host = Set.copyOf(host);
        deny = List.copyOf(deny);
        allow = List.copyOf(allow);
        names = Collections.unmodifiableSortedMap(new TreeMap<>(names));
    }
}
