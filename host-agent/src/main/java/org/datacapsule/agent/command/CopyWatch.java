package org.datacapsule.agent.command;

import org.datacapsule.agent.hypervisor.MoveWatch;
import org.datacapsule.agent.step.Step;

/** An operation's progress and cancellation, as a long copy sees them. */
record CopyWatch(Operation operation, Step before, Step after) implements MoveWatch {

    @Override
    public void progress(int percent) {
        operation.copied(before, after, percent);
    }

    @Override
    public boolean isWanted() {
        return operation.isWanted();
    }
}
