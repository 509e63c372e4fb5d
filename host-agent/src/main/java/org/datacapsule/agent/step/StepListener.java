package org.datacapsule.agent.step;

import java.util.List;

/** Told of every step boundary, on the thread that reached it. */
@FunctionalInterface
public interface StepListener {

    /** @throws Abandoned to leave everything at this step, as a crash would */
    void reached(Step step, OperationRef operation);

    static StepListener all(List<StepListener> listeners) {
        List<StepListener> each = List.copyOf(listeners);
        return (step, operation) -> each.forEach(listener -> listener.reached(step, operation));
    }
}
