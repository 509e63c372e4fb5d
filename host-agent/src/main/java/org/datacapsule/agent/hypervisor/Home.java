package org.datacapsule.agent.hypervisor;

import java.nio.file.Path;

/**
 * What of a guest's description is its host's and not its own.
 *
 * @param directory its files'
 * @param vncPort its screen is served on
 * @param vncListen address it is served on
 * @param network name of the guests' network
 * @param filter name of the network filter on its interface
 * @param releaseSocket where the host reaches its release channel, where it has one
 * @param generation the capsule's
 */
public record Home(
        Path directory,
        int vncPort,
        String vncListen,
        String network,
        String filter,
        Path releaseSocket,
        long generation) {}
