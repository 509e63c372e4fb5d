package org.datacapsule.router.capsule;

import java.util.List;
import java.util.Optional;
import org.datacapsule.common.error.ErrorCode;
import org.datacapsule.common.error.ProblemException;
import org.datacapsule.common.id.CapsuleId;
import org.datacapsule.common.id.HostId;
import org.datacapsule.router.database.Tx;
import org.datacapsule.router.host.HostStore;
import org.datacapsule.router.host.PortPair;
import org.datacapsule.router.host.PortStore;
import org.datacapsule.router.placement.Candidate;
import org.datacapsule.router.placement.Demand;
import org.datacapsule.router.placement.Placement;
import org.datacapsule.router.placement.PlacementPolicy;

/** Finds a capsule's host and takes its ports and address there, in the caller's transaction. */
public final class Reservation {
    private final HostStore hosts;
    private final PortStore ports;
    private final PlacementPolicy policy;

    public Reservation(HostStore hosts, PortStore ports, PlacementPolicy policy) {
        this.hosts = hosts;
        this.ports = ports;
        this.policy = policy;
    }

    /** What a capsule was given. */
    record Place(HostId host, PortPair ports, int guestSlot) {}

    /** @throws ProblemException {@link ErrorCode#CAPACITY_EXHAUSTED}, naming what ran out */
    Place take(Tx tx, CapsuleId capsule, Demand demand) throws InterruptedException {
        List<Candidate> candidates = hosts.candidates(tx, demand.image());
        return switch (Placement.choose(demand, candidates, policy)) {
            case Placement.Exhausted exhausted ->
                throw new ProblemException(ErrorCode.CAPACITY_EXHAUSTED, exhausted.why());
            case Placement.Fits fits -> takeFirst(tx, capsule, demand, fits.hosts());
        };
    }

    /** Another create may have taken what was seen free, so each host is locked and looked at again. */
    private Place takeFirst(Tx tx, CapsuleId capsule, Demand demand, List<HostId> fitting) throws InterruptedException {
        for (HostId host : fitting) {
            Optional<Candidate> locked = hosts.lockCandidate(tx, host, demand.image());
            if (locked.isEmpty() || Placement.lack(demand, locked.get(), policy).isPresent()) {
                continue;
            }
            Optional<PortPair> pair = ports.takePorts(tx, host, capsule);
            if (pair.isEmpty()) {
                continue;
            }
            int slot = ports.takeGuestSlot(tx, capsule)
                    .orElseThrow(() -> new ProblemException(
                            ErrorCode.CAPACITY_EXHAUSTED, "Every address of the capsule network is in use."));
            return new Place(host, pair.get(), slot);
        }
        throw new ProblemException(
                ErrorCode.CAPACITY_EXHAUSTED, "The last room was taken by another capsule just now; try again later.");
    }
}
