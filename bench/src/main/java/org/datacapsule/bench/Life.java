package org.datacapsule.bench;

import java.io.IOException;
import java.time.Duration;

/** One way of leading a guest from nothing to nothing. */
interface Life {

    /** @param clock is told when each phase begins and ends */
    void live(Clock clock) throws IOException, InterruptedException;

    /** Takes the times. */
    interface Clock {
        void begin();

        /** The time since {@link #begin()} belongs to this phase. */
        void reached(Phase phase);

        /** A time that was taken otherwise. */
        void took(Phase phase, Duration time);
    }
}
