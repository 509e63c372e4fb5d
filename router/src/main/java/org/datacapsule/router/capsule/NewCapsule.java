package org.datacapsule.router.capsule;

import org.datacapsule.common.capsule.CapsuleType;
import org.datacapsule.common.id.CapsuleId;
import org.datacapsule.common.id.HostId;
import org.datacapsule.common.id.ImageId;
import org.datacapsule.router.host.PortPair;

/** A capsule about to be written down. */
@SuppressWarnings("ArrayRecordComponent") // written once to a row, never compared
record NewCapsule(
        CapsuleId id,
        String name,
        CapsuleType type,
        int vcpus,
        int memoryMb,
        int diskGb,
        int volumeMb,
        ImageId image,
        HostId host,
        PortPair ports,
        int guestSlot,
        String loginUserName,
        byte[] loginSecret,
        ResearchPurpose purpose) {}
