package org.datacapsule.router.placement;

import org.datacapsule.common.id.Sha256;
import org.datacapsule.common.wire.GuestNetwork;

/** What a capsule needs of its host. */
public record Demand(int vcpus, int memoryMb, int diskGb, Sha256 image, GuestNetwork network) {}
