package org.datacapsule.agent.command;

import java.time.Duration;
import org.datacapsule.agent.hypervisor.ImageSupply;
import org.datacapsule.agent.hypervisor.ImageSupply.Held;
import org.datacapsule.agent.step.Step;
import org.datacapsule.common.id.Sha256;

/** Waits for images, as part of an operation. */
final class NeededImages {
    private static final Duration GLANCE = Duration.ofMillis(500);

    private final ImageSupply supply;

    NeededImages(ImageSupply supply) {
        this.supply = supply;
    }

    /**
     * Does something with an image, once the host has it; it stays meanwhile. Whoever waits does not keep other operations from
     * their turn.
     *
     * @param ready the step that is reached when it is there
     */
    void with(Sha256 image, Operation operation, Step before, Step ready, Runnable work) {
        try (Held held = supply.hold(image)) {
            int shown = 0;
            while (!held.isHere() && !operation.waiting(() -> held.await(GLANCE))) {
                operation.goOnOnlyIfWanted();
                if (held.percent() > shown) {
                    shown = held.percent();
                    operation.copied(before, ready, shown);
                }
            }
            operation.reached(ready);
            work.run();
        }
    }
}
