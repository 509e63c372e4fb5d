package org.datacapsule.agent.work;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** Whether something is being closed, as a thing that can be waited on: a sleep that closing ends. */
public class Closing {
    private final CountDownLatch begun = new CountDownLatch(1);

    public void begin() {
        begun.countDown();
    }

    public boolean isBegun() {
        return begun.getCount() == 0;
    }

    /** Whether it is time to stop, after {@code time} or as soon as it is known. */
    public boolean within(Duration time) throws InterruptedException {
        return begun.await(Math.max(0, time.toMillis()), TimeUnit.MILLISECONDS);
    }
}
