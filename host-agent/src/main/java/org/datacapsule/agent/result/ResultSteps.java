package org.datacapsule.agent.result;

import org.datacapsule.agent.step.Abandoned;
import org.datacapsule.common.id.CapsuleId;

/** Told of every step boundary of a result, on the thread that reached it. */
@FunctionalInterface
public interface ResultSteps {

    /** @throws Abandoned to leave everything at this step, as a crash would */
    void reached(ResultStep step, CapsuleId capsule);
}
