package org.datacapsule.router.host;

import java.util.List;
import org.datacapsule.common.id.HostId;
import org.datacapsule.common.wire.CapsuleObservation;
import org.datacapsule.router.database.Tx;

/** Compares what a host reports with what should be. */
@FunctionalInterface
public interface InventoryCheck {

    /** Answers how many capsules it put right. */
    int check(Tx tx, HostId host, List<CapsuleObservation> observed) throws InterruptedException;
}
