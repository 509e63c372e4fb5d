package org.datacapsule.agent.command;

import org.datacapsule.agent.hypervisor.CapsuleNetwork;
import org.datacapsule.agent.hypervisor.CapsuleStorage;
import org.datacapsule.agent.step.Step;
import org.datacapsule.common.error.ErrorCode;
import org.datacapsule.common.error.ProblemException;
import org.datacapsule.common.wire.Command.Adopt;
import org.datacapsule.common.wire.Outcome.Succeeded;

/** A capsule of a host that is gone, with the disk it had there. */
final class AdoptHandler implements CommandHandler<Adopt> {
    private final CapsuleNetwork network;
    private final CapsuleStorage storage;
    private final NeededImages images;

    AdoptHandler(CapsuleNetwork network, CapsuleStorage storage, NeededImages images) {
        this.network = network;
        this.storage = storage;
        this.images = images;
    }

    @Override
    public Succeeded handle(Adopt command, Operation operation) {
        if (operation.domain().isPresent()) {
            throw new ProblemException(
                    ErrorCode.HOST_HYPERVISOR_FAILED, "The host has a domain of the capsule that is to come.");
        }
        images.with(
                command.image(),
                operation,
                Step.COMMAND_BEGUN,
                Step.ADOPT_IMAGE_READY,
                () -> storage.adopt(command.spec().id(), command.from(), command.image()));
        storage.keepSpec(command.spec());
        operation.reached(Step.ADOPT_FILES_TAKEN);
        network.reserveLease(command.spec());
        operation.reached(Step.ADOPT_LEASE_RESERVED);
        return Succeeded.DONE;
    }
}
