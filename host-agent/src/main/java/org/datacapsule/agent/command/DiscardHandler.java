package org.datacapsule.agent.command;

import org.datacapsule.agent.hypervisor.CapsuleStorage;
import org.datacapsule.agent.step.Step;
import org.datacapsule.common.wire.Command.Discard;
import org.datacapsule.common.wire.Outcome.Succeeded;

/** Files that were kept of a capsule are gone; one that lives here now is not touched. */
final class DiscardHandler implements CommandHandler<Discard> {
    private final CapsuleStorage storage;

    DiscardHandler(CapsuleStorage storage) {
        this.storage = storage;
    }

    @Override
    public Succeeded handle(Discard command, Operation operation) {
        storage.discard(command.spec().id(), command.setAside());
        operation.reached(Step.DISCARD_FILES_GONE);
        return Succeeded.DONE;
    }
}
