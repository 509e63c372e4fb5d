package org.datacapsule.agent.command;

import java.util.Optional;
import java.util.concurrent.Semaphore;
import java.util.function.BooleanSupplier;
import org.datacapsule.agent.hypervisor.GuestDomain;
import org.datacapsule.agent.step.Abandoned;
import org.datacapsule.agent.step.OperationRef;
import org.datacapsule.agent.step.Step;
import org.datacapsule.agent.step.StepListener;
import org.datacapsule.common.error.ErrorCode;
import org.datacapsule.common.error.ProblemException;

/**
 * What a handler knows of the operation it works for.
 *
 * @param ref its name in every log line
 * @param domain what the capsule had before the operation's first step; nobody else makes it one meanwhile
 * @param steps told of each step that has been done
 * @param superseded whether a newer operation of the capsule has been accepted
 * @param stopping whether the agent is
 * @param slots how many operations work at once
 */
record Operation(
        OperationRef ref,
        Optional<GuestDomain> domain,
        StepListener steps,
        BooleanSupplier superseded,
        BooleanSupplier stopping,
        Semaphore slots) {

    /** Something that takes its time and no work. */
    @FunctionalInterface
    interface Wait {
        boolean await() throws InterruptedException;
    }

    /** Ends a step. Does not return when a newer operation has cancelled this one, or when the agent is stopping. */
    void reached(Step step) {
        steps.reached(step, ref);
        goOnOnlyIfWanted();
    }

    /** What {@link #reached} does, in the middle of a step that lasts long. */
    void goOnOnlyIfWanted() {
        if (stopping.getAsBoolean()) {
            throw new Abandoned("the agent is stopping");
        }
        if (superseded.getAsBoolean()) {
            throw cancelled();
        }
    }

    boolean isWanted() {
        return !stopping.getAsBoolean() && !superseded.getAsBoolean();
    }

    /** How far the long copy in the middle of a migration has come. */
    void copied(Step before, Step after, int percent) {
        steps.copied(before, after, percent, ref);
    }

    /** Waits without keeping another capsule's operation from its turn. */
    boolean waiting(Wait wait) {
        slots.release();
        try {
            return wait.await();
        } catch (InterruptedException e) {
            throw new Abandoned("interrupted while waiting");
        } finally {
            slots.acquireUninterruptibly();
        }
    }

    static ProblemException cancelled() {
        return new ProblemException(
                ErrorCode.OPERATION_CANCELLED, "A later command for the capsule cancelled this operation.");
    }
}
