package org.datacapsule.agent.network;

import java.util.Optional;
import java.util.Set;
import org.datacapsule.common.wire.GuestAddress;

/** What the capsule network needs of libvirt. All of it can be done again. */
public interface VirtualNetworks {

    /** The network as it is defined now. */
    Optional<String> networkXml(String network);

    void defineNetwork(String xml);

    /** Starts the network if it is not running, and lets libvirt start it from now on. */
    void startNetwork(String network);

    /** Defines the filter, or changes it, at once on every interface that uses it. */
    void defineFilter(String xml);

    /** Names of all filters, whosever they are. */
    Set<String> filters();

    /** Removes the filter; one that is not there any more, or in use, is left as it is. */
    void removeFilter(String name);

    void putLease(String network, GuestAddress guest);

    void removeLease(String network, GuestAddress guest);
}
