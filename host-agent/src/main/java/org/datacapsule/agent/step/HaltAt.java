package org.datacapsule.agent.step;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Fault injection: kills the process at one step, as a power cut would. Configuration allows it in development only. */
public final class HaltAt implements StepListener {
    private static final Logger LOG = LoggerFactory.getLogger(HaltAt.class);
    private static final int LIKE_KILL_9 = 137;

    private final Step step;

    public HaltAt(Step step) {
        this.step = step;
    }

    @Override
    public void reached(Step reached, OperationRef operation) {
        if (reached == step) {
            operation
                    .on(LOG.atWarn())
                    .addKeyValue("step", step.wireName())
                    .log("halting here, as fault-injection.halt-at says");
            Runtime.getRuntime().halt(LIKE_KILL_9);
        }
    }
}
