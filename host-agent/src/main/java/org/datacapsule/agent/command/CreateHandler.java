package org.datacapsule.agent.command;

import org.datacapsule.agent.hypervisor.CapsuleNetwork;
import org.datacapsule.agent.hypervisor.CapsuleStorage;
import org.datacapsule.agent.step.Step;
import org.datacapsule.common.wire.Command.Create;
import org.datacapsule.common.wire.Outcome.Succeeded;

/**
 * A directory and a disk. What a failed create leaves is the start of its retry, and goes with the capsule's deletion.
 */
final class CreateHandler implements CommandHandler<Create> {
    private final CapsuleNetwork network;
    private final CapsuleStorage storage;
    private final NeededImages images;

    CreateHandler(CapsuleNetwork network, CapsuleStorage storage, NeededImages images) {
        this.network = network;
        this.storage = storage;
        this.images = images;
    }

    @Override
    public Succeeded handle(Create create, Operation operation) {
        // Whatever came after it, such as the capsule's deletion, finds nothing made again.
        operation.goOnOnlyIfWanted();
        if (!storage.hasDisk(create.spec().id())) {
            images.with(
                    create.image(),
                    operation,
                    Step.COMMAND_BEGUN,
                    Step.CREATE_IMAGE_READY,
                    () -> storage.createDisk(create.spec(), create.image()));
        }
        storage.keepSpec(create.spec());
        operation.reached(Step.CREATE_DISK_MADE);
        network.reserveLease(create.spec());
        operation.reached(Step.CREATE_LEASE_RESERVED);
        return Succeeded.DONE;
    }
}
