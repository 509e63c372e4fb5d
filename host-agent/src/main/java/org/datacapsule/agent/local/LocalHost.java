package org.datacapsule.agent.local;

import java.nio.file.Path;
import org.datacapsule.common.wire.GuestNetwork;

/**
 * What the configuration says of this host.
 *
 * @param address where users reach its ports
 * @param capsules the directory of the capsules' directories
 */
public record LocalHost(String address, GuestNetwork guests, Path capsules) {}
