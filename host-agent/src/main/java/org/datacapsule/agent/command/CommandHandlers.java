package org.datacapsule.agent.command;

import java.time.Duration;
import org.datacapsule.agent.hypervisor.CapsuleNetwork;
import org.datacapsule.agent.hypervisor.CapsuleStorage;
import org.datacapsule.agent.hypervisor.Hypervisor;
import org.datacapsule.agent.observe.CapsuleObserver;
import org.datacapsule.common.error.ErrorCode;
import org.datacapsule.common.error.ProblemException;
import org.datacapsule.common.wire.Command;
import org.datacapsule.common.wire.Outcome.Succeeded;

/** One handler per command. */
public final class CommandHandlers {
    private final CreateHandler create;
    private final LaunchHandler launch;
    private final StopHandler stop;
    private final DeleteHandler delete;
    private final InspectHandler inspect;
    private final SyncKeysHandler syncKeys;

    /** @param longestGrace a guest gets no longer than this to power off, whatever the command says */
    public CommandHandlers(
            Hypervisor hypervisor, CapsuleNetwork network, CapsuleStorage storage, Duration longestGrace) {
        this.create = new CreateHandler(network, storage);
        this.launch = new LaunchHandler(hypervisor, network, storage);
        this.stop = new StopHandler(hypervisor, network, longestGrace);
        this.delete = new DeleteHandler(hypervisor, network, storage);
        this.syncKeys = new SyncKeysHandler(hypervisor, network);
        this.inspect = new InspectHandler(new CapsuleObserver(hypervisor, network, storage));
    }

    Succeeded handle(Command command, Operation operation) {
        return switch (command) {
            case Command.Create it -> create.handle(it, operation);
            case Command.Launch it -> launch.handle(it, operation);
            case Command.Stop it -> stop.handle(it, operation);
            case Command.Delete it -> delete.handle(it, operation);
            case Command.Inspect it -> inspect.handle(it, operation);
            case Command.SyncKeys it -> syncKeys.handle(it, operation);
            case Command.SwitchToSecure it -> throw unknown();
            case Command.SwitchToMaintenance it -> throw unknown();
        };
    }

    private static ProblemException unknown() {
        return new ProblemException(ErrorCode.HOST_COMMAND_REFUSED, "This agent does not switch modes yet.");
    }
}
