package org.datacapsule.router.fault;

import org.datacapsule.common.capsule.OperationKind;

/** Is told of each step as it is reached. */
@FunctionalInterface
public interface StepListener {
    /** A listener that does nothing. */
    StepListener NONE = (kind, step) -> {};

    void reached(OperationKind kind, RouterStep step);

    /** Halts the process at the named step, as {@code kill -9} would; nothing runs after it. */
    static StepListener haltingAt(String name) {
        int exitStatusOfKill = 137;
        return (kind, step) -> {
            if (step.of(kind).equals(name)) {
                Runtime.getRuntime().halt(exitStatusOfKill);
            }
        };
    }
}
