package org.datacapsule.agent.command;

import java.util.Optional;
import org.datacapsule.agent.hypervisor.CapsuleNetwork;
import org.datacapsule.agent.hypervisor.CapsuleStorage;
import org.datacapsule.agent.hypervisor.GuestDomain;
import org.datacapsule.agent.hypervisor.Hypervisor;
import org.datacapsule.agent.step.Step;
import org.datacapsule.common.error.ErrorCode;
import org.datacapsule.common.error.ProblemException;
import org.datacapsule.common.id.CapsuleId;
import org.datacapsule.common.wire.CapsuleSpec;
import org.datacapsule.common.wire.Command.TakeOver;
import org.datacapsule.common.wire.Departure;
import org.datacapsule.common.wire.Departure.SentGuest;
import org.datacapsule.common.wire.Outcome.Succeeded;

/** What has come from another host is compared with what was sent, and a guest's policy with what is in force. */
final class TakeOverHandler implements CommandHandler<TakeOver> {
    private final Hypervisor hypervisor;
    private final CapsuleNetwork network;
    private final CapsuleStorage storage;

    TakeOverHandler(Hypervisor hypervisor, CapsuleNetwork network, CapsuleStorage storage) {
        this.hypervisor = hypervisor;
        this.network = network;
        this.storage = storage;
    }

    @Override
    public Succeeded handle(TakeOver command, Operation operation) {
        CapsuleSpec spec = command.spec();
        storage.accept(spec.id(), command.image(), command.arrived().files());
        operation.reached(Step.TAKE_OVER_DISK_ACCEPTED);
        Optional<SentGuest> guest = command.arrived().guest().map(sent -> arrived(spec, sent, operation));
        operation.reached(Step.TAKE_OVER_GUEST_CHECKED);
        storage.keepSpec(spec);
        operation.reached(Step.TAKE_OVER_SPEC_KEPT);
        return Succeeded.with(new Departure(command.arrived().files(), guest));
    }

    private SentGuest arrived(CapsuleSpec spec, SentGuest sent, Operation operation) {
        CapsuleId capsule = spec.id();
        GuestDomain guest = operation
                .domain()
                .filter(domain -> domain.generation() == operation.ref().generation())
                .orElseThrow(() -> new ProblemException(
                        ErrorCode.HOST_CAPSULE_MISSING, "The guest left its host and has not arrived."));
        if (guest.state() == GuestDomain.State.PAUSED) {
            hypervisor.resume(capsule);
        }
        String filter = network.maintenanceFilter(spec.type());
        if (!guest.filter().equals(filter)) {
            throw new ProblemException(
                    ErrorCode.HOST_POLICY_NOT_IN_FORCE,
                    "The guest arrived under another network policy than maintenance mode's.");
        }
        network.verify(spec, filter, guest.tap());
        return new SentGuest(
                sent.totalMillis(), hypervisor.downtimeOnArrival(capsule).orElse(sent.downtimeMillis()));
    }
}
