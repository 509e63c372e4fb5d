package org.datacapsule.router.migration;

import java.util.Optional;
import org.datacapsule.common.capsule.OperationKind;
import org.datacapsule.common.error.ErrorCode;
import org.datacapsule.common.error.ProblemException;
import org.datacapsule.common.id.OperationId;
import org.datacapsule.router.capsule.Capsule;
import org.datacapsule.router.capsule.CapsuleStore;
import org.datacapsule.router.capsule.StartOperation;
import org.datacapsule.router.http.Call;
import org.datacapsule.router.http.Reply;
import org.datacapsule.router.idempotency.Idempotency;

/**
 * Ends a migration that has not got too far: an operation of its own takes its place, which asks the source what it has once
 * nothing leaves it any more. A guest that had just left is followed to the target.
 */
public final class CancelMigration {
    private final Idempotency idempotency;
    private final CapsuleStore capsules;
    private final MigrationStore migrations;
    private final StartOperation start;

    public CancelMigration(
            Idempotency idempotency, CapsuleStore capsules, MigrationStore migrations, StartOperation start) {
        this.idempotency = idempotency;
        this.capsules = capsules;
        this.migrations = migrations;
        this.start = start;
    }

    Reply cancel(Call call) throws InterruptedException {
        OperationId id = call.parameters().parsed("id", OperationId::parse);
        return idempotency.once(call, tx -> {
            Migration named = migrations.find(tx, id).orElseThrow(() -> notUnderWay(id));
            Capsule capsule = capsules.lock(tx, named.capsule()).orElseThrow(() -> notUnderWay(id));
            Migration migration = migrations
                    .underWay(tx, capsule.id())
                    .filter(it -> it.operation().equals(id))
                    .orElseThrow(() -> notUnderWay(id));
            switch (migration.phase()) {
                case RECEIVE, SEND_FILES, MAKE_READY, SEND_AWAY -> {}
                case TAKE_OVER, STAY, LOOK_AT_SOURCE, LOOK_AT_TARGET ->
                    throw new ProblemException(
                            ErrorCode.MIGRATION_TOO_LATE, "The migration is about to end; see /v1/migrations.");
            }
            start.cancelAtWork(tx, capsule);
            migrations.finish(tx, id, "CANCELLED");
            return start.begin(tx, call, capsule, OperationKind.MIGRATE, capsule.status(), operation -> {
                Migration back = new Migration(
                        operation,
                        capsule.id(),
                        migration.source(),
                        migration.target(),
                        migration.ports(),
                        migration.generation(),
                        migration.mode(),
                        migration.bandwidthMb(),
                        Phase.STAY,
                        1,
                        migration.landing(),
                        Optional.empty());
                migrations.insert(tx, back);
                migrations.begin(tx, back, capsule.generation());
            });
        });
    }

    private static ProblemException notUnderWay(OperationId id) {
        return new ProblemException(
                ErrorCode.MIGRATION_NOT_FOUND, "There is no migration " + id + " under way; see /v1/migrations.");
    }
}
