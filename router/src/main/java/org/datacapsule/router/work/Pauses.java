package org.datacapsule.router.work;

import java.time.Duration;

/** How code that must look again and again waits in between; a simulation has pauses of its own. */
@FunctionalInterface
public interface Pauses {
    /** As long as they say. */
    Pauses REAL = Thread::sleep;

    void pause(Duration time) throws InterruptedException;
}
