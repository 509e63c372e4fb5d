package org.datacapsule.router.host;

import org.datacapsule.common.wire.Heartbeat;
import org.datacapsule.common.wire.ImageOrders;
import org.datacapsule.router.database.Tx;

/** Compares the images a host has with those it should have. */
@FunctionalInterface
public interface ImageCheck {

    /** Takes in what the host says of its images; answers what it is to do about them. */
    ImageOrders check(Tx tx, Heartbeat heartbeat) throws InterruptedException;
}
