package org.datacapsule.agent.command;

import org.datacapsule.agent.hypervisor.CapsuleStorage;
import org.datacapsule.agent.step.Step;
import org.datacapsule.common.capsule.CapsuleEvent.Found;
import org.datacapsule.common.wire.Command.Stay;
import org.datacapsule.common.wire.Outcome.Succeeded;

/** By the time this runs, the departure it comes after has ended: a newer command stops it. */
final class StayHandler implements CommandHandler<Stay> {
    private final Remains remains;
    private final CapsuleStorage storage;

    StayHandler(Remains remains, CapsuleStorage storage) {
        this.remains = remains;
        this.storage = storage;
    }

    @Override
    public Succeeded handle(Stay stay, Operation operation) {
        Found found = remains.of(stay.spec().id());
        if (found == Found.RUNNING_IN_MAINTENANCE || found == Found.RUNNING_IN_SECURE) {
            storage.unmarkLeaving(stay.spec().id());
        }
        operation.reached(Step.STAY_LOOKED);
        return Succeeded.found(found);
    }
}
