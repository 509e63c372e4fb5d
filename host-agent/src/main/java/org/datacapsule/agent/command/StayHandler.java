package org.datacapsule.agent.command;

import org.datacapsule.agent.hypervisor.CapsuleNetwork;
import org.datacapsule.agent.observe.CapsuleObserver;
import org.datacapsule.agent.step.Step;
import org.datacapsule.common.capsule.CapsuleEvent.Found;
import org.datacapsule.common.wire.Command.Stay;
import org.datacapsule.common.wire.Outcome.Succeeded;

/** By the time this runs, the departure it comes after has ended: a newer command stops it. */
final class StayHandler implements CommandHandler<Stay> {
    private final CapsuleObserver observer;
    private final CapsuleNetwork network;

    StayHandler(CapsuleObserver observer, CapsuleNetwork network) {
        this.observer = observer;
        this.network = network;
    }

    @Override
    public Succeeded handle(Stay stay, Operation operation) {
        Found found = observer.found(stay.spec().id());
        if (found == Found.RUNNING_IN_MAINTENANCE) {
            network.openSsh(stay.spec());
        }
        operation.reached(Step.STAY_LOOKED);
        return Succeeded.found(found);
    }
}
