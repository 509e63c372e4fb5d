package org.datacapsule.agent.command;

import org.datacapsule.common.capsule.CapsuleEvent.Found;
import org.datacapsule.common.error.ProblemException;
import org.datacapsule.common.wire.Command;

/** Makes one kind of command so. Done again, also after it was cut off at any step, it does only what is missing. */
interface CommandHandler<C extends Command> {

    /**
     * @return what an inspection found, else {@link Found#UNSAID}
     * @throws ProblemException when it cannot be done
     */
    Found handle(C command, Operation operation);
}
