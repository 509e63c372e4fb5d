package org.datacapsule.router.migration;

import java.util.Optional;
import org.datacapsule.common.id.HostId;
import org.datacapsule.router.capsule.Capsule;
import org.datacapsule.router.capsule.OtherHosts;
import org.datacapsule.router.database.Tx;
import org.datacapsule.router.http.Call;

/**
 * A capsule that is deleted on its way: its migration is over, and the target removes what has arrived. One that was on its
 * way, and nobody knew where it came to, is removed from wherever it may be.
 */
public final class ForgetTarget implements OtherHosts {
    private final MigrationStore migrations;
    private final EvictionStore evictions;

    public ForgetTarget(MigrationStore migrations, EvictionStore evictions) {
        this.migrations = migrations;
        this.evictions = evictions;
    }

    @Override
    public void forget(Tx tx, Call call, Capsule capsule) throws InterruptedException {
        Optional<Migration> migration = migrations.underWay(tx, capsule.id());
        if (migration.isPresent()) {
            migrations.finish(tx, migration.get().operation(), "CANCELLED");
            evictions.insert(
                    tx, capsule.id(), migration.get().target(), migration.get().generation(), call.requestId());
        }
        for (HostId host : migrations.perhapsOn(tx, capsule.id())) {
            evictions.insert(tx, capsule.id(), host, capsule.generation(), call.requestId());
        }
    }
}
