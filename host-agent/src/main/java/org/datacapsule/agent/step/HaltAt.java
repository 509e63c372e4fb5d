package org.datacapsule.agent.step;

import java.util.Set;
import org.datacapsule.common.fault.HaltPoints;

/** Kills the process at steps, written {@code launch.domain-started} or, for one kind of command alone, {@code stop/command.verified}. */
public final class HaltAt implements StepListener {
    private final HaltPoints points;

    public HaltAt(HaltPoints points) {
        this.points = points;
    }

    @Override
    public void reached(Step reached, OperationRef operation) {
        points.reached(
                Set.of(reached.wireName(), operation.kind() + "/" + reached.wireName()),
                operation.capsule().toString());
    }
}
