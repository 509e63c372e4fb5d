package org.datacapsule.router.capsule;

import java.util.ArrayList;
import java.util.Collections;
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
    private static final int LOOKS = 3;

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
        for (int look = 0; look < LOOKS; look++) {
            List<Candidate> candidates = hosts.candidates(tx, demand);
            switch (Placement.choose(demand, candidates, policy)) {
                case Placement.Exhausted exhausted ->
                    throw new ProblemException(ErrorCode.CAPACITY_EXHAUSTED, exhausted.why());
                case Placement.Fits fits -> {
                    Optional<Place> place = takeFirst(tx, capsule, demand, fits);
                    if (place.isPresent()) {
                        return place.get();
                    }
                }
            }
        }
        throw new ProblemException(
                ErrorCode.CAPACITY_EXHAUSTED, "Others took the last room again and again just now; try again later.");
    }

    /** Others may have taken what was seen free, so each host is locked and looked at again, one at a time. */
    private Optional<Place> takeFirst(Tx tx, CapsuleId capsule, Demand demand, Placement.Fits fits)
            throws InterruptedException {
        List<HostId> alike = fits.hosts().subList(0, fits.alike());
        if (alike.size() > 1) {
            // All creates see the same host as the best; those that need not wait for it pass each other.
            Optional<Place> place = tx.attempt(() -> {
                Optional<HostId> idle = hosts.lockIdle(tx, alike);
                return idle.isPresent()
                        ? takeOn(tx, capsule, demand, hosts.candidate(tx, idle.get(), demand.image()))
                        : Optional.empty();
            });
            if (place.isPresent()) {
                return place;
            }
        }
        List<HostId> inTurn = new ArrayList<>(fits.hosts());
        // Those that have to wait do not all wait for the same one.
        Collections.rotate(inTurn.subList(0, fits.alike()), capsule.hashCode());
        for (HostId host : inTurn) {
            // A host that turns out full is let go of before the next is waited for: no two creates can hold one each
            // and wait for the other's.
            Optional<Place> place =
                    tx.attempt(() -> takeOn(tx, capsule, demand, hosts.lockCandidate(tx, host, demand.image())));
            if (place.isPresent()) {
                return place;
            }
        }
        return Optional.empty();
    }

    private Optional<Place> takeOn(Tx tx, CapsuleId capsule, Demand demand, Optional<Candidate> locked)
            throws InterruptedException {
        if (locked.isEmpty() || Placement.lack(demand, locked.get(), policy).isPresent()) {
            return Optional.empty();
        }
        HostId host = locked.get().id();
        Optional<PortPair> pair = ports.takePorts(tx, host, capsule);
        if (pair.isEmpty()) {
            return Optional.empty();
        }
        int slot = ports.takeGuestSlot(tx, capsule)
                .orElseThrow(() -> new ProblemException(
                        ErrorCode.CAPACITY_EXHAUSTED, "Every address of the capsule network is in use."));
        return Optional.of(new Place(host, pair.get(), slot));
    }
}
