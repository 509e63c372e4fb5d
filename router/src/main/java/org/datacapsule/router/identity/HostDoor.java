package org.datacapsule.router.identity;

import java.time.Duration;
import org.datacapsule.common.bus.AgentDoor;
import org.datacapsule.common.bus.BusConfig;
import org.datacapsule.common.bus.BusException;
import org.datacapsule.common.bus.BusNode;
import org.datacapsule.common.bus.Callers;
import org.datacapsule.common.certificate.Identity;
import org.datacapsule.router.database.Database;
import org.datacapsule.router.work.Loop;

/**
 * The door for agents, to hosts that the database knows by the key they show. One that is removed, or joins again, is out within
 * seconds, at every router.
 */
final class HostDoor implements AutoCloseable {
    private static final Duration REVIEW = Duration.ofSeconds(2);

    private final AgentDoor door;
    private final Loop review;

    private HostDoor(AgentDoor door) {
        this.door = door;
        this.review = Loop.start("callers", REVIEW, () -> {
            door.review();
            return false;
        });
    }

    /** @throws BusException when the port is taken */
    static HostDoor open(BusNode node, BusConfig bus, Identity own, Database database, IdentityStore identities)
            throws BusException, InterruptedException {
        Callers known = asking -> database.read(tx -> identities.known(tx, asking));
        return new HostDoor(node.openDoor(bus, own, known));
    }

    @Override
    public void close() {
        review.close();
        door.close();
    }
}
