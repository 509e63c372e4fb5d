package org.datacapsule.agent.command;

import org.datacapsule.common.error.ProblemException;
import org.datacapsule.common.wire.Command;
import org.datacapsule.common.wire.Outcome.Succeeded;

/** Makes one kind of command so. Done again, also after it was cut off at any step, it does only what is missing. */
interface CommandHandler<C extends Command> {

    /**
     * @return what there is to say of it
     * @throws ProblemException when it cannot be done
     */
    Succeeded handle(C command, Operation operation);
}
