package org.datacapsule.devkit.fleet;

import java.io.IOException;
import java.time.Duration;
import java.util.Optional;

/** Waiting for something to come true, by looking often; less often later, for each look takes time from what is waited for. */
public final class Patience {
    private static final Duration FIRST_PAUSE = Duration.ofMillis(10);
    private static final Duration LONGEST_PAUSE = Duration.ofMillis(100);

    private Patience() {}

    /** Something that may be there at the next look. */
    @FunctionalInterface
    public interface Look<T> {
        Optional<T> look() throws IOException, InterruptedException;
    }

    /** @throws IllegalStateException when it is not there within {@code limit} */
    public static <T> T await(String what, Duration limit, Look<T> look) throws IOException, InterruptedException {
        long end = System.nanoTime() + limit.toNanos();
        Duration pause = FIRST_PAUSE;
        while (true) {
            Optional<T> found = look.look();
            if (found.isPresent()) {
                return found.get();
            }
            if (System.nanoTime() > end) {
                throw new IllegalStateException("no " + what + " within " + limit.toMillis() + " ms");
            }
            Thread.sleep(pause);
            pause = pause.multipliedBy(3).dividedBy(2);
            pause = pause.compareTo(LONGEST_PAUSE) < 0 ? pause : LONGEST_PAUSE;
        }
    }
}
