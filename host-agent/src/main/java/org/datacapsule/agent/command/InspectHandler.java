package org.datacapsule.agent.command;

import org.datacapsule.agent.observe.CapsuleObserver;
import org.datacapsule.agent.step.Step;
import org.datacapsule.common.capsule.CapsuleEvent.Found;
import org.datacapsule.common.wire.Command.Inspect;
import org.datacapsule.common.wire.Outcome.Succeeded;

/** Looks, and changes nothing. */
final class InspectHandler implements CommandHandler<Inspect> {
    private final CapsuleObserver observer;

    InspectHandler(CapsuleObserver observer) {
        this.observer = observer;
    }

    @Override
    public Succeeded handle(Inspect inspect, Operation operation) {
        Found found = observer.found(inspect.spec().id());
        operation.reached(Step.INSPECT_LOOKED);
        return Succeeded.found(found);
    }
}
