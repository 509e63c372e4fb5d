package org.datacapsule.router.capsule;

import org.datacapsule.router.database.Tx;
import org.datacapsule.router.http.Call;

/** Hosts that have something of a capsule and are not its home. */
@FunctionalInterface
public interface OtherHosts {

    /** The capsule, whose row is locked, is being deleted: what is on its way to another host is removed there too. */
    void forget(Tx tx, Call call, Capsule capsule) throws InterruptedException;
}
