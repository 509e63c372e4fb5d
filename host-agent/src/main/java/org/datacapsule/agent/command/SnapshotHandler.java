package org.datacapsule.agent.command;

import org.datacapsule.agent.hypervisor.CapsuleStorage;
import org.datacapsule.agent.step.Step;
import org.datacapsule.common.id.CapsuleId;
import org.datacapsule.common.wire.Command.DeleteSnapshot;
import org.datacapsule.common.wire.Command.RevertToSnapshot;
import org.datacapsule.common.wire.Command.TakeSnapshot;
import org.datacapsule.common.wire.MadeSnapshot;
import org.datacapsule.common.wire.Outcome.Succeeded;

/** Takes snapshots of a capsule's {@link StillDisk}, reverts it to them, and deletes them. */
final class SnapshotHandler {
    private final CapsuleStorage storage;

    SnapshotHandler(CapsuleStorage storage) {
        this.storage = storage;
    }

    Succeeded take(TakeSnapshot command, Operation operation) {
        check(command.spec().id(), operation);
        MadeSnapshot taken = storage.takeSnapshot(
                command.spec().id(), command.image(), command.snapshot(), watch(operation, Step.SNAPSHOT_TAKEN));
        // Too late to be cancelled: what has been done is said.
        operation.steps().reached(Step.SNAPSHOT_TAKEN, operation.ref());
        return Succeeded.taken(taken);
    }

    Succeeded revert(RevertToSnapshot command, Operation operation) {
        check(command.spec().id(), operation);
        storage.revertToSnapshot(
                command.spec().id(), command.image(), command.snapshot(), watch(operation, Step.SNAPSHOT_REVERTED_TO));
        operation.steps().reached(Step.SNAPSHOT_REVERTED_TO, operation.ref());
        return Succeeded.DONE;
    }

    Succeeded delete(DeleteSnapshot command, Operation operation) {
        check(command.spec().id(), operation);
        storage.deleteSnapshot(
                command.spec().id(), command.image(), command.snapshot(), watch(operation, Step.SNAPSHOT_DELETED));
        operation.steps().reached(Step.SNAPSHOT_DELETED, operation.ref());
        return Succeeded.DONE;
    }

    private void check(CapsuleId capsule, Operation operation) {
        operation.goOnOnlyIfWanted();
        StillDisk.require(storage, capsule, operation);
        operation.reached(Step.SNAPSHOT_CHECKED);
    }

    private static CopyWatch watch(Operation operation, Step after) {
        return new CopyWatch(operation, Step.SNAPSHOT_CHECKED, after);
    }
}
