package org.datacapsule.agent.step;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Fault injection: kills the process at one step, as a power cut would. Configuration allows it in development only. */
public final class HaltAt implements StepListener {
    private static final Logger LOG = LoggerFactory.getLogger(HaltAt.class);
    private static final int LIKE_KILL_9 = 137;

    private final HaltPoint point;

    public HaltAt(HaltPoint point) {
        this.point = point;
    }

    @Override
    public void reached(Step reached, OperationRef operation) {
        if (point.isReachedBy(reached, operation)) {
            operation
                    .on(LOG.atWarn())
                    .addKeyValue("step", reached.wireName())
                    .log("halting here, as fault-injection.halt-at says");
            Runtime.getRuntime().halt(LIKE_KILL_9);
        }
    }
}
