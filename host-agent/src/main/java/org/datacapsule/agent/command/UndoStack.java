package org.datacapsule.agent.command;

import java.util.ArrayDeque;
import java.util.Deque;
import org.datacapsule.agent.step.OperationRef;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What has to be taken back, last first, when an operation that allocates in steps fails. */
final class UndoStack {
    private static final Logger LOG = LoggerFactory.getLogger(UndoStack.class);

    private final Deque<Release> releases = new ArrayDeque<>();

    private record Release(String name, Runnable action) {}

    /** Registered before what it takes back is done, as that may fail half way; so {@code action} is safe to run in vain. */
    void add(String name, Runnable action) {
        releases.push(new Release(name, action));
    }

    /**
     * Takes back last first, and no further than what can be: what lies under something that could not be taken back is
     * still needed by it. That failure is logged, so that the first one stays the answer.
     */
    void unwind(OperationRef operation) {
        while (!releases.isEmpty()) {
            Release release = releases.pop();
            try {
                release.action().run();
            } catch (RuntimeException e) {
                operation.on(LOG.atError().setCause(e)).log("could not {}, after a failure", release.name());
                return;
            }
        }
    }
}
