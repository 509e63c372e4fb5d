package org.datacapsule.agent.step;

import java.util.List;

/** Told of every step boundary, on the thread that reached it. */
@FunctionalInterface
public interface StepListener {

    /** @throws Abandoned to leave everything at this step, as a crash would */
    void reached(Step step, OperationRef operation);

    /**
     * In the middle of a step that may take hours, a copy to another host, about twice a second.
     *
     * @param percent of the way from one step to the other
     */
    default void copied(Step before, Step after, int percent, OperationRef operation) {}

    static StepListener all(List<StepListener> listeners) {
        List<StepListener> each = List.copyOf(listeners);
        return new StepListener() {
            @Override
            public void reached(Step step, OperationRef operation) {
                each.forEach(listener -> listener.reached(step, operation));
            }

            @Override
            public void copied(Step before, Step after, int percent, OperationRef operation) {
                each.forEach(listener -> listener.copied(before, after, percent, operation));
            }
        };
    }
}
