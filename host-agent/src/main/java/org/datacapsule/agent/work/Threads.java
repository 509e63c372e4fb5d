package org.datacapsule.agent.work;

import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/** The threads an agent works on, and how they sleep; a simulation has others, that know no time but its own. */
public interface Threads {
    /** Virtual threads, which sleep as long as they say. */
    Threads VIRTUAL = new Threads() {
        @Override
        public ExecutorService each(String name) {
            return Executors.newThreadPerTaskExecutor(
                    Thread.ofVirtual().name(name, 0).factory());
        }

        @Override
        public Closing closing() {
            return new Closing();
        }
    };

    /** A thread for each task, named so and with a number behind it. */
    ExecutorService each(String name);

    /** What ends the sleep of something that is closed. */
    Closing closing();
}
