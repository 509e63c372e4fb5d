package org.datacapsule.agent.command;

import java.util.List;
import java.util.Optional;
import org.datacapsule.agent.hypervisor.CapsuleNetwork;
import org.datacapsule.agent.hypervisor.CapsuleStorage;
import org.datacapsule.agent.hypervisor.GuestDomain;
import org.datacapsule.agent.hypervisor.Hypervisor;
import org.datacapsule.agent.step.Step;
import org.datacapsule.common.capsule.CapsuleMode;
import org.datacapsule.common.error.ErrorCode;
import org.datacapsule.common.error.ProblemException;
import org.datacapsule.common.wire.CapsuleSpec;
import org.datacapsule.common.wire.Command.TakeOver;
import org.datacapsule.common.wire.Departure;
import org.datacapsule.common.wire.Departure.SentGuest;
import org.datacapsule.common.wire.Outcome.Succeeded;
import org.datacapsule.common.wire.SignedReceipt;

/** A guest that has come is this host's once its policy is known to be in force. */
final class TakeOverHandler implements CommandHandler<TakeOver> {
    private final Hypervisor hypervisor;
    private final CapsuleNetwork network;
    private final CapsuleStorage storage;
    private final SecureArrival secureArrival;

    TakeOverHandler(
            Hypervisor hypervisor, CapsuleNetwork network, CapsuleStorage storage, SecureArrival secureArrival) {
        this.hypervisor = hypervisor;
        this.network = network;
        this.storage = storage;
        this.secureArrival = secureArrival;
    }

    @Override
    public Succeeded handle(TakeOver command, Operation operation) {
        Optional<SignedReceipt> receipt = Optional.empty();
        Optional<SentGuest> guest = command.guest();
        if (guest.isPresent()) {
            if (command.mode() == CapsuleMode.SECURE) {
                receipt = Optional.of(secureArrival.welcome(command.spec(), arrived(operation), operation));
            } else {
                guest = guest.map(sent -> welcome(command.spec(), sent, operation));
            }
        }
        operation.reached(Step.TAKE_OVER_GUEST_CHECKED);
        storage.keepSpec(command.spec());
        operation.reached(Step.TAKE_OVER_SPEC_KEPT);
        return Succeeded.with(new Departure(List.of(), guest), receipt);
    }

    private SentGuest welcome(CapsuleSpec spec, SentGuest sent, Operation operation) {
        GuestDomain guest = arrived(operation);
        String filter = network.maintenanceFilter(spec.type());
        if (!guest.filter().equals(filter)) {
            throw new ProblemException(
                    ErrorCode.HOST_POLICY_NOT_IN_FORCE,
                    "The guest arrived under another network policy than maintenance mode's.");
        }
        network.verify(spec, filter, guest.tap());
        hypervisor.resume(spec.id());
        return new SentGuest(
                sent.totalMillis(), hypervisor.downtimeOnArrival(spec.id()).orElse(sent.downtimeMillis()));
    }

    /** Whole: one that is still on its way is another host's. */
    private static GuestDomain arrived(Operation operation) {
        return operation
                .domain()
                .filter(domain -> domain.generation() == operation.ref().generation())
                .filter(domain ->
                        domain.state() == GuestDomain.State.RUNNING || domain.state() == GuestDomain.State.PAUSED)
                .orElseThrow(() -> new ProblemException(
                        ErrorCode.HOST_CAPSULE_MISSING, "The guest left its host and has not arrived."));
    }
}
