package org.datacapsule.campaign.simulated;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.AbstractExecutorService;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.TimeUnit;
import org.datacapsule.agent.work.Closing;
import org.datacapsule.agent.work.Threads;

/** The threads of an agent that is simulated: each is a party, and sleeps in simulated time. */
record PartyThreads(Timeline time, Life process) implements Threads {

    @Override
    public ExecutorService each(String name) {
        return new Parties(time, process, name);
    }

    @Override
    public Closing closing() {
        return new Closing() {
            @Override
            public boolean within(Duration atMost) {
                if (!isBegun()) {
                    time.pause(atMost);
                }
                return isBegun();
            }
        };
    }

    private static final class Parties extends AbstractExecutorService {
        private final Timeline time;
        private final Life process;
        private final String name;
        private boolean shutdown;

        Parties(Timeline time, Life process, String name) {
            this.time = time;
            this.process = process;
            this.name = name;
        }

        @Override
        public void execute(Runnable task) {
            time.start(process, name, task);
        }

        @Override
        public void shutdown() {
            shutdown = true;
        }

        @Override
        public List<Runnable> shutdownNow() {
            shutdown = true;
            return List.of();
        }

        @Override
        public boolean isShutdown() {
            return shutdown;
        }

        @Override
        public boolean isTerminated() {
            return shutdown;
        }

        @Override
        public boolean awaitTermination(long timeout, TimeUnit unit) {
            return true;
        }
    }
}
