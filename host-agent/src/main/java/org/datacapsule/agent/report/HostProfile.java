package org.datacapsule.agent.report;

import java.util.UUID;
import org.datacapsule.common.id.HostId;
import org.datacapsule.common.wire.GuestNetwork;
import org.datacapsule.common.wire.PortRange;

/**
 * What a host says of itself that stays the same while its agent runs.
 *
 * @param incarnation made anew at each start of the agent
 * @param receiptKey public half of the key its mode receipts are signed with
 * @param memoryReserveMb MiB kept for the host itself
 * @param diskReserveGb GiB kept free of capsules
 */
public record HostProfile(
        HostId host,
        UUID incarnation,
        String receiptKey,
        String version,
        String address,
        PortRange ports,
        GuestNetwork guests,
        int memoryReserveMb,
        int diskReserveGb) {}
