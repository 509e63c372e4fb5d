package org.datacapsule.common.bus;

import java.util.List;

/**
 * How a process joins the cluster.
 *
 * @param clusterName processes with another name never join each other
 * @param host address of this process on the management network
 * @param port Hazelcast's member port
 * @param members {@code host:port} of the routers, this one included where it is one
 * @param lite an agent, which holds no shared data
 */
public record BusConfig(String clusterName, String host, int port, List<String> members, boolean lite) {
    public BusConfig {
        members = List.copyOf(members);
    }
}
