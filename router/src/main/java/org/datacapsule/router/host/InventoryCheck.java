package org.datacapsule.router.host;

import org.datacapsule.common.wire.Heartbeat;
import org.datacapsule.router.database.Tx;

/** Compares what a host reports with what should be. */
@FunctionalInterface
public interface InventoryCheck {

    /** Answers how many capsules it put right. */
    int check(Tx tx, Heartbeat heartbeat) throws InterruptedException;
}
