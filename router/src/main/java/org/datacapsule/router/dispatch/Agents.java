package org.datacapsule.router.dispatch;

import org.datacapsule.common.bus.BusException;
import org.datacapsule.common.id.HostId;
import org.datacapsule.common.wire.CommandReply;
import org.datacapsule.common.wire.SignedCommand;

/** The hosts' agents, as a router talks to them. */
@FunctionalInterface
public interface Agents {

    /**
     * Gives a host a command and waits for its short answer.
     *
     * @throws BusException when none came: whether the command did is then unknown
     */
    CommandReply ask(HostId host, SignedCommand command) throws BusException, InterruptedException;
}
