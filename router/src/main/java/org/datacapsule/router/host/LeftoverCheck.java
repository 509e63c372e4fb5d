package org.datacapsule.router.host;

import java.util.List;
import org.datacapsule.common.wire.Heartbeat;
import org.datacapsule.common.wire.Leftover;
import org.datacapsule.router.database.Tx;

/** Judges what a host's network has of no capsule there. */
@FunctionalInterface
public interface LeftoverCheck {

    /** Answers what the host is to remove now. */
    List<Leftover> check(Tx tx, Heartbeat heartbeat) throws InterruptedException;
}
