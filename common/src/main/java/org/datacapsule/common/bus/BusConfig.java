package org.datacapsule.common.bus;

import java.util.List;

/**
 * How a router joins the others, and where agents call.
 *
 * @param clusterName processes with another name never join each other
 * @param host address of this process on the management network
 * @param port Hazelcast's member port
 * @param members {@code host:port} of the routers' member ports, this one's included
 * @param doorPort where this one's {@link AgentDoor} is
 * @param doors {@code host:port} of the routers' doors, as hosts are told when they join
 */
public record BusConfig(
        String clusterName, String host, int port, List<String> members, int doorPort, List<String> doors) {
    public BusConfig {
        members = List.copyOf(members);
        doors = List.copyOf(doors);
    }
}
