package org.datacapsule.router.fault;

import java.util.Set;
import org.datacapsule.common.capsule.OperationKind;
import org.datacapsule.common.fault.HaltPoints;

/** Is told of each step as it is reached. */
@FunctionalInterface
public interface StepListener {
    /** A listener that does nothing. */
    StepListener NONE = (kind, step) -> {};

    void reached(OperationKind kind, RouterStep step);

    /** Halts the process at these, of each kind of operation one. */
    static StepListener haltingAt(HaltPoints points) {
        return (kind, step) -> points.reached(Set.of(step.of(kind)), kind.name());
    }
}
