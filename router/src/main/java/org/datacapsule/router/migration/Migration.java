package org.datacapsule.router.migration;

import java.util.Optional;
import org.datacapsule.common.capsule.CapsuleMode;
import org.datacapsule.common.id.CapsuleId;
import org.datacapsule.common.id.HostId;
import org.datacapsule.common.id.OperationId;
import org.datacapsule.common.wire.Departure;
import org.datacapsule.common.wire.Landing;
import org.datacapsule.router.host.PortPair;

/**
 * A capsule's way from one host to another.
 *
 * @param ports the capsule's at the target
 * @param generation the capsule's once it lives there
 * @param mode its guest is in, and stays in; NOT_DEFINED when none runs
 * @param bandwidthMb MiB a second at most; 0 for no limit
 * @param phaseAttempt the operation's attempt at which the phase began
 */
public record Migration(
        OperationId operation,
        CapsuleId capsule,
        HostId source,
        HostId target,
        PortPair ports,
        long generation,
        CapsuleMode mode,
        int bandwidthMb,
        Phase phase,
        int phaseAttempt,
        Optional<Landing> landing,
        Optional<Departure> departure) {

    /** Whether its guest runs meanwhile. */
    public boolean isLive() {
        return mode != CapsuleMode.NOT_DEFINED;
    }

    /** The host the command of a phase goes to. */
    HostId host(Phase of) {
        return of.isAtSource() ? source : target;
    }
}
