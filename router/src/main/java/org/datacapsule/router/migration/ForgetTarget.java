package org.datacapsule.router.migration;

import java.util.Optional;
import org.datacapsule.router.capsule.Capsule;
import org.datacapsule.router.capsule.OtherHosts;
import org.datacapsule.router.database.Tx;
import org.datacapsule.router.http.Call;

/** A capsule that is deleted on its way: its migration is over, and the target removes what has arrived. */
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
    }
}
