package org.datacapsule.router.host;

import java.util.Optional;
import org.datacapsule.common.wire.Heartbeat;
import org.datacapsule.common.wire.Recall;
import org.datacapsule.router.database.Tx;

/** Rules whether a host that was fenced may work again. */
@FunctionalInterface
public interface Readmission {

    /** The host's row is locked. Answers what it has to do first; empty when it may work. */
    Optional<Recall> rule(Tx tx, Heartbeat heartbeat) throws InterruptedException;
}
